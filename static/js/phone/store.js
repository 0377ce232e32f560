// The outbox: what somebody writes and chooses waits on the phone until the server has it. Pages and the service worker
// import this module; nothing in it asks for a page.
//
// IndexedDB `seko`:
//   items   {id, user, device, created, changed, action, fields, files, wants, state, counter, saved, written, base, tries,
//            next, error, other}
//             id       the post's `client_id`, made here or by the page: the same submission twice is one post
//             user     whose it is; it is shown to nobody else who signs in on this phone, and sent for nobody else
//             fields   {name: value, or [values]} as the form has them; `media`: the ids in their order
//             files    [{id, name, type, size, state, address, error}], id = the media's id at the server
//                      state: storing → stored → sent, or refused (`error` is the server's sentence)
//             wants    draft | submit
//             state    phone | saved (a draft that the server has as it is here) | stuck (a person must look)
//             device   who writes, as the server knows it: made with the item, so that its counter begins at 1
//             counter  grows with each change; `saved` is the one that the server has; `written` counts the form's
//             base     what the server had when the writing began (`seen` in its answers)
//   chunks  {file, number, bytes}: ArrayBuffers of 1 MB. No handles and no Blobs: old iPhones lose those.
//   facts   {name, holder, until}: the lease of whoever sends, where there are no Web Locks.
//
// Everything rejects with the browser's own error; a full phone is `isFull(error)`.

export const CHUNK = 1024 * 1024;
const NAME = "seko";
const VERSION = 1;
let opened = null;

// --- the database ------------------------------------------------------------------------------------------------

export function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => build(request.result);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => resolve(known(request.result));
  }).catch((error) => { opened = null; throw error; });
  return opened;
}

function build(database) {
  database.createObjectStore("items", { keyPath: "id" }).createIndex("user", "user");
  database.createObjectStore("chunks", { keyPath: ["file", "number"] });
  database.createObjectStore("facts", { keyPath: "name" });
}

// A newer version of this module in another tab must not wait for us; a browser that closes it is asked again.
function known(database) {
  database.onversionchange = () => { database.close(); opened = null; };
  database.onclose = () => { opened = null; };
  return database;
}

async function within(names, mode, work) {
  const transaction = (await open()).transaction(names, mode, { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
  });
  done.catch(() => {});
  let result;
  try {
    result = await work((name) => transaction.objectStore(name));
  } catch (error) {
    try { transaction.abort(); } catch { /* it has ended by itself */ }
    throw transaction.error ?? error;
  }
  await done;
  return result;
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export const isFull = (error) => error?.name === "QuotaExceededError";

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// --- items -------------------------------------------------------------------------------------------------------

// The new item's id, once all of it is on the phone. `files` are Files or Blobs.
export async function newItem({ id = uuid(), user, fields = {}, files = [], wants = "draft", action = "/nytt/", base = "" }) {
  const now = Date.now();
  await within(["items"], "readwrite", (store) => answer(store("items").add({
    id, user: String(user), device: uuid(), created: now, changed: now, action, fields, files: [], wants: "draft",
    state: "phone", counter: 1, saved: 0, written: 1, base, tries: 0, next: 0, error: null,
  })));
  try {
    for (const file of files) await addFile(id, file);
  } catch (error) {
    await remove(id);
    throw error;
  }
  if (wants !== "draft") await change(id, (item) => { item.wants = wants; });
  return id;
}

export function get(id) {
  return within(["items"], "readonly", (store) => answer(store("items").get(id)));
}

// Oldest first: so they are sent.
export async function items(user) {
  const found = await within(["items"], "readonly", (store) =>
    answer(user === undefined ? store("items").getAll() : store("items").index("user").getAll(String(user))));
  return found.sort((one, other) => one.created - other.created);
}

// Read, changed and written in one transaction: pages and the service worker write at the same time.
export function change(id, work) {
  return within(["items"], "readwrite", async (store) => {
    const item = await answer(store("items").get(id));
    if (!item) return undefined;
    work(item);
    await answer(store("items").put(item));
    return item;
  });
}

// What the form says now. `seen` is the `written` of what the page showed: another tab may have written since, and its
// text is kept beside (`item.other`) instead of being written over.
export function setFields(id, fields, { wants, seen } = {}) {
  return change(id, (item) => write(item, fields, { wants, seen }));
}

export function write(item, fields, { wants, seen }) {
  const theirs = String(item.fields.text ?? "").trim();
  if (seen !== undefined && seen !== item.written && theirs && theirs !== String(fields.text ?? "").trim()) {
    item.other = { text: item.fields.text, at: item.changed };
  }
  item.fields = fields;
  item.written += 1;
  if (wants) item.wants = wants;
  touch(item);
}

// Something in it is new: it is sent again, and at once.
export function touch(item) {
  Object.assign(item, { counter: item.counter + 1, changed: Date.now(), state: "phone", tries: 0, next: 0, error: null });
}

// Its bytes go with it.
export function remove(id) {
  return within(["items", "chunks"], "readwrite", async (store) => {
    const item = await answer(store("items").get(id));
    for (const file of item?.files ?? []) store("chunks").delete(chunksOf(file.id));
    store("items").delete(id);
  });
}

// --- files -------------------------------------------------------------------------------------------------------

// Returns the file's id, which is also the media's at the server. Until its last byte is here it is `storing`.
export async function addFile(id, file, { fileId = uuid(), onProgress } = {}) {
  const note = { id: fileId, name: file.name || "", type: file.type || "", size: file.size, state: "storing" };
  const item = await change(id, (kept) => { kept.files.push(note); });
  if (!item) throw new DOMException(`${id} is not here`, "NotFoundError");
  try {
    for (let number = 0; number * CHUNK < file.size; number += 1) {
      const bytes = await file.slice(number * CHUNK, (number + 1) * CHUNK).arrayBuffer();
      await within(["chunks"], "readwrite", (store) => answer(store("chunks").put({ file: fileId, number, bytes })));
      onProgress?.(Math.min(file.size, (number + 1) * CHUNK) / file.size);
    }
  } catch (error) {
    await removeFile(id, fileId);
    throw error;
  }
  await change(id, (kept) => { setFile(kept, fileId, { state: "stored" }); touch(kept); });
  return fileId;
}

export async function removeFile(id, fileId) {
  await within(["items", "chunks"], "readwrite", async (store) => {
    const item = await answer(store("items").get(id));
    store("chunks").delete(chunksOf(fileId));
    if (!item) return;
    item.files = item.files.filter((file) => file.id !== fileId);
    touch(item);
    await answer(store("items").put(item));
  });
}

export function setFile(item, fileId, facts) {
  for (const file of item.files) if (file.id === fileId) Object.assign(file, facts);
}

// One MB of it, by its number.
export async function readChunk(_id, fileId, number) {
  const found = await within(["chunks"], "readonly", (store) => answer(store("chunks").get([fileId, number])));
  if (!found) throw new DOMException(`${fileId} has no part ${number}`, "NotFoundError");
  return found.bytes;
}

// What a sender reads: `slice(a, b)` gives the bytes from a up to b.
export function source(id, { id: fileId, size }) {
  return {
    size,
    async slice(from, to) {
      const end = Math.min(to, size);
      const bytes = new Uint8Array(Math.max(0, end - from));
      for (let at = from; at < end;) {
        const number = Math.floor(at / CHUNK);
        const part = new Uint8Array(await readChunk(id, fileId, number));
        const piece = part.subarray(at - number * CHUNK, Math.min(part.length, end - number * CHUNK));
        if (!piece.length) throw new DOMException(`${fileId} is shorter than ${size}`, "NotFoundError");
        bytes.set(piece, at - from);
        at += piece.length;
      }
      return bytes;
    },
  };
}

// The whole of it, to show it or to send it in one piece.
export async function blob(id, file) {
  const parts = [];
  for (let number = 0; number * CHUNK < file.size; number += 1) parts.push(await readChunk(id, file.id, number));
  return new Blob(parts, { type: file.type });
}

const chunksOf = (fileId) => IDBKeyRange.bound([fileId, -Infinity], [fileId, Infinity]);

// --- facts -------------------------------------------------------------------------------------------------------

// For browsers without Web Locks. True when `holder` has the lease now.
export function takeLease(name, holder, milliseconds) {
  return within(["facts"], "readwrite", async (store) => {
    const lease = await answer(store("facts").get(name));
    if (lease && lease.holder !== holder && lease.until > Date.now()) return false;
    await answer(store("facts").put({ name, holder, until: Date.now() + milliseconds }));
    return true;
  });
}

export function dropLease(name, holder) {
  return within(["facts"], "readwrite", async (store) => {
    const lease = await answer(store("facts").get(name));
    if (lease?.holder === holder) await answer(store("facts").delete(name));
  });
}
