// One upload by tus-js-client. What is asked for here, and what is thrown, `uploading.js` says.

import {} from "../../vendor/tus/tus.min.js";

const { Upload } = globalThis.tus;
const ADDRESS = "/ladda-upp/";
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

// --- one upload ----------------------------------------------------------------------------------------------------

export function send(source, signal, { id, name, type, size, token, address, onAddress, onProgress }) {
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
