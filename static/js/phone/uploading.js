// One file to the server in parts, by tus 1.0 (/ladda-upp/): what arrived stays there, whatever breaks, and the next try
// goes on from it. Backing off and trying again is the caller's.
//
//   await upload(source, { id, name, type, size, token, address, onAddress, onProgress, signal })
//
// `source.slice(from, to)` promises the bytes. `id` becomes the Media's. `onAddress(address)` tells where the upload lies,
// to be kept and given again the next time; an address that the server has forgotten is begun anew. `onProgress` hears
// from 0 to 1. What is thrown has the `status` of an answer that is a no (and its sentence), or none: then the line broke.
// What the source throws is thrown on.
//
// Pages load what does it when the first large file is sent. A service worker may not load anything so late, and says what
// it has loaded (`sendBy`).

const AT_ONCE = 3;
let sender = null;

export function sendBy(loaded) {
  sender = loaded;
}

export async function upload(source, { signal, ...options }) {
  signal?.throwIfAborted();
  await turn(signal);
  try {
    sender ??= await import("./in-parts.js");
    return await sender.send(source, signal, options);
  } finally {
    next();
  }
}

// --- taking turns --------------------------------------------------------------------------------------------------

let busy = 0;
const waiting = [];

function turn(signal) {
  if (busy < AT_ONCE) {
    busy += 1;
    return undefined;
  }
  return new Promise((resolve, reject) => {
    waiting.push(resolve);
    signal?.addEventListener("abort", () => {
      const place = waiting.indexOf(resolve);
      if (place >= 0) reject(waiting.splice(place, 1) && signal.reason);
    }, { once: true });
  });
}

function next() {
  const first = waiting.shift();
  if (first) first();
  else busy -= 1;
}
