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
// Pages load the library when the first large file is sent. A service worker may not load anything so late: it imports
// vendor/tus/tus.min.js beside this module.

const ADDRESS = "/ladda-upp/";
const AT_ONCE = 3;
// A request brings about what the line takes in some seconds. What stands before the server may hand on only whole requests:
// then what a broken line has lost is little, and what a good one spends on asking is, too.
const SECONDS = 8;
const FIRST = 256 * 1024;
const LEAST = 64 * 1024;
const MOST = 16 * 1024 * 1024;
const QUIET = 60_000;

export class UploadError extends Error {
  constructor(message, status) {
    super(message);
    this.name = "UploadError";
    if (status) this.status = status;
  }
}

export async function upload(source, { signal, ...options }) {
  signal?.throwIfAborted();
  await turn(signal);
  try {
    const { Upload } = await library();
    return await run(Upload, source, signal, options);
  } finally {
    next();
  }
}

async function library() {
  if (!globalThis.tus) await import("../../vendor/tus/tus.min.js");
  return globalThis.tus;
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

// --- one upload ----------------------------------------------------------------------------------------------------

function run(Upload, source, signal, { id, name, type, size, token, address, onAddress, onProgress }) {
  const hasXHR = "XMLHttpRequest" in globalThis;
  let begun = Date.now();
  return new Promise((resolve, reject) => {
    let timer;
    const settle = (how, value) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      how(value);
    };
    const give = (up) => {
      sent.abort().catch(() => {});
      settle(reject, up);
    };
    const stop = () => give(signal.reason);
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => give(new UploadError("The line is silent.")), hasXHR ? QUIET : 3 * QUIET);
    };
    const sent = new Upload(source, {
      endpoint: new URL(ADDRESS, globalThis.location.href).href,
      uploadUrl: address || null,
      uploadSize: size,
      chunkSize: FIRST,
      // Whoever missed the answer to the first try begins anew with the same id, and is told that it has come further.
      retryDelays: [0],
      onShouldRetry: (error) => error.originalResponse?.getStatus() === 409,
      storeFingerprintForResuming: false,
      fingerprint: async () => null,
      fileReader: { openFile: async () => readerOf(source, size) },
      metadata: { id, filename: name || "", filetype: type || "" },
      headers: { "X-CSRFToken": token, Accept: "application/json" },
      ...(hasXHR ? {} : { httpStack: byFetch }),
      onUploadUrlAvailable: () => onAddress?.(sent.url),
      onProgress: (bytes) => {
        heard();
        onProgress?.(size ? bytes / size : 1);
      },
      onChunkComplete: (bytes) => {
        sent.options.chunkSize = nextSize(bytes, Date.now() - begun);
        begun = Date.now();
      },
      onSuccess: () => settle(resolve, sent.url),
      onError: (error) => settle(reject, meaning(error)),
    });
    signal?.addEventListener("abort", stop, { once: true });
    heard();
    sent.start();
  });
}

function nextSize(bytes, took) {
  const wanted = (bytes / Math.max(took, 1)) * 1000 * SECONDS;
  return Math.min(MOST, 2 * bytes, Math.max(LEAST, Math.round(wanted)));
}

// The library asks a part for its `size`, and would send nothing for ever where there is none.
function readerOf(source, size) {
  return {
    size,
    async slice(from, to) {
      const bytes = await source.slice(from, Math.min(to, size));
      if (!bytes.length && from < size) throw new DOMException("The file is shorter than it was.", "NotFoundError");
      return { value: new Blob([bytes]), done: false };
    },
    close() {},
  };
}

// A no of the server, what the source had to say, or a broken line. An answer without a sentence of ours is none of ours (the
// page of a train's network), or says that the upload is elsewhere: the next try asks where.
function meaning(error) {
  const response = error.originalResponse;
  const sentence = response ? sentenceOf(response.getBody()) : "";
  if (sentence) return new UploadError(sentence, response.getStatus());
  const cause = error.causingError;
  return cause instanceof Error && cause.name !== "TypeError" && cause.name !== "AbortError" ? cause : new UploadError(error.message);
}

function sentenceOf(body) {
  try {
    return JSON.parse(body).error || "";
  } catch {
    return "";
  }
}

// --- without XMLHttpRequest ----------------------------------------------------------------------------------------

const byFetch = {
  getName: () => "fetch",
  createRequest(method, url) {
    const headers = {};
    const abort = new AbortController();
    return {
      getMethod: () => method,
      getURL: () => url,
      setHeader: (name, value) => { headers[name] = value; },
      getHeader: (name) => headers[name],
      setProgressHandler() {},
      abort: async () => abort.abort(),
      getUnderlyingObject: () => null,
      async send(body = null) {
        const response = await fetch(url, { method, headers, body, credentials: "same-origin", cache: "no-store", signal: abort.signal });
        const text = await response.text();
        return {
          getStatus: () => response.status,
          getHeader: (name) => response.headers.get(name),
          getBody: () => text,
          getUnderlyingObject: () => response,
        };
      },
    };
  },
};
