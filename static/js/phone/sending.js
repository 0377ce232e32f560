// From the outbox to the server. Pages and the service worker import this module; it does nothing by itself.
//
// Whatever breaks, and wherever: nothing is lost, for an item leaves the phone only when the server has named its post as
// sent in; and nothing is doubled, for its files and its post carry ids that were made here. An answer that was lost is
// asked for again (GET /utkorg/<id>/), or given again to the same request.
//
// `news` tells what happens, in this page and in all others: {item, state, part, file, said, url, error} with `state`
//   sending (part: 0 to 1) | file (one is there) | saved (a draft) | sent | waiting | signedout | stuck

import * as store from "./store.js";
import { upload } from "./uploading.js";

export const SMALL = 1024 * 1024;
export const SYNC = "seko-outbox";
const PAUSE = 2000;
const LONGEST_PAUSE = 5 * 60 * 1000;
const PATIENCE = 30_000;
const SMALL_PATIENCE = 120_000;
const LEASE = 15_000;
const KEPT_WHEN_SAVED = 60 * 60 * 1000;

// --- news --------------------------------------------------------------------------------------------------------

export const news = new EventTarget();
const channel = "BroadcastChannel" in self ? new BroadcastChannel("seko-outbox") : null;
if (channel) channel.onmessage = (event) => publish(event.data);

function publish(detail) {
  news.dispatchEvent(new CustomEvent("news", { detail }));
}

export function tell(detail) {
  publish(detail);
  channel?.postMessage(detail);
}

// --- one at a time -----------------------------------------------------------------------------------------------

// Runs `work` while nobody else does what `name` names; `undefined` at once when somebody does and we do not wait.
async function alone(name, wait, work) {
  if (self.navigator?.locks) {
    return navigator.locks.request(`seko-${name}`, { ifAvailable: !wait }, (lock) => (lock ? work() : undefined));
  }
  // Two in one page are two, as with locks.
  const holder = store.uuid();
  while ((await unlessFull(store.takeLease(name, holder, LEASE))) === false) {
    if (!wait) return undefined;
    await new Promise((resolve) => { setTimeout(resolve, 500); });
  }
  const keeping = setInterval(() => unlessFull(store.takeLease(name, holder, LEASE)), LEASE / 3);
  try {
    return await work();
  } finally {
    clearInterval(keeping);
    await unlessFull(store.dropLease(name, holder));
  }
}

// --- a full phone ------------------------------------------------------------------------------------------------

// It takes no notes, and what lies on it is sent all the same: the server says itself what it has.
async function unlessFull(work) {
  try {
    return await work;
  } catch (error) {
    if (!store.isFull(error)) throw error;
    return undefined;
  }
}

const note = (id, work) => unlessFull(store.change(id, work));

// --- asking the server -------------------------------------------------------------------------------------------

// What stops an item, and for how long.
class Stopped extends Error {
  constructor(kind, facts = {}) {
    super(kind);
    Object.assign(this, { kind, ...facts });
  }
}

// JSON or nothing: what is no JSON did not come from us (the sign-in page of a train's network, a proxy's error).
async function ask(url, { method = "GET", body, token, patience = PATIENCE } = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), patience);
  try {
    const headers = { Accept: "application/json", ...(token ? { "X-CSRFToken": token } : {}) };
    const response = await fetch(url, { method, body, headers, credentials: "same-origin", cache: "no-store", signal: abort.signal });
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    return { status: response.status, ok: response.ok && isJson, body: isJson ? await response.json() : {} };
  } catch {
    throw new Stopped("offline");
  } finally {
    clearTimeout(timer);
  }
}

// What an answer that is no yes means for the item.
function stoppedBy({ status, body }) {
  const said = { text: body.error, url: body.url, label: body.label, status };
  if (status === 401) return new Stopped("signedout");
  if ([404, 409, 413, 422].includes(status)) return new Stopped("stuck", { error: said });
  return new Stopped("later", { error: body.error ? said : null });
}

// What the server has of the item. It also says who is signed in: an item is sent for its own author and nobody else.
async function ofServer(item) {
  const asked = new URLSearchParams(item.files.map((file) => ["media", file.id]));
  const answer = await ask(`/utkorg/${item.id}/?${asked}`);
  if (!answer.ok) throw answer.status === 404 ? new Stopped("offline") : stoppedBy(answer);
  if (answer.body.user !== item.user) throw new Stopped("others");
  return answer.body;
}

// What became of something that is not on this phone any more; nothing without an answer.
export async function known(id) {
  try {
    const answer = await ask(`/utkorg/${id}/`);
    return answer.ok ? answer.body : null;
  } catch {
    return null;
  }
}

// --- files -------------------------------------------------------------------------------------------------------

async function sendFiles(id) {
  const item = await store.get(id);
  if (!item?.files.some((file) => file.state === "stored")) return;
  const known = await ofServer(item);
  for (const file of item.files.filter((each) => each.state === "stored")) {
    if (!known.media.includes(file.id)) await sendFile(item, file, known.token);
    await mark(id, file.id, { state: "sent" });
    tell({ item: id, state: "file", file: file.id, part: partOf(await store.get(id)) });
  }
}

async function sendFile(item, file, token) {
  const onProgress = (part) => tell({ item: item.id, state: "sending", file: file.id, filePart: part, part: partOf(item, file, part) });
  onProgress(0);
  try {
    await (file.size > SMALL ? sendLarge(item, file, token, onProgress) : sendSmall(item, file, token));
  } catch (error) {
    if (error.name === "NotFoundError") await refuse(item.id, file, { code: "lost" });
    if (error.kind === "stuck") await refuse(item.id, file, error.error);
    throw error;
  }
}

async function sendSmall(item, file, token) {
  const body = new FormData();
  body.append("id", file.id);
  body.append("size", file.size);
  body.append("file", await store.blob(item.id, file), file.name || "fil");
  const answer = await ask("/media/", { method: "POST", body, token, patience: SMALL_PATIENCE });
  if (!answer.ok) throw stoppedBy(answer);
}

async function sendLarge(item, file, token, onProgress) {
  await upload(store.source(item.id, file), {
    ...file,
    token,
    onProgress,
    onAddress: (address) => note(item.id, (kept) => store.setFile(kept, file.id, { address })),
  }).catch((error) => {
    if (error.name === "NotFoundError") throw error;
    throw error.status ? stoppedBy({ status: error.status, body: { error: error.message } }) : new Stopped("offline");
  });
}

async function refuse(id, file, error) {
  await mark(id, file.id, { state: "refused", error });
  throw new Stopped("stuck", { error: { ...error, name: file.name, file: file.id } });
}

// The server counts: with another file there, the draft is another one.
function mark(id, fileId, facts) {
  return note(id, (item) => {
    store.setFile(item, fileId, facts);
    item.counter += 1;
    if (item.state === "saved") item.state = "phone";
  });
}

function partOf(item, current, part = 0) {
  if (!item?.files.length) return 1;
  const all = item.files.reduce((sum, file) => sum + file.size, 0) || 1;
  const done = item.files.reduce((sum, file) => sum + (file.state === "sent" ? file.size : 0), 0);
  return (done + (current ? current.size * part : 0)) / all;
}

// --- the post ----------------------------------------------------------------------------------------------------

// The ids of what is there, in the order of the form; what the form does not know of comes last.
function mediaOf(item, known) {
  const states = new Map(item.files.map((file) => [file.id, file.state]));
  const meant = [...new Set([...[item.fields.media ?? []].flat(), ...states.keys()])];
  return meant.filter((id) => !states.has(id) || states.get(id) === "sent" || known.media.includes(id));
}

function formOf(item, known) {
  const body = new FormData();
  for (const [name, value] of Object.entries(item.fields)) {
    if (name !== "media") for (const each of [value].flat()) body.append(name, each);
  }
  for (const media of mediaOf(item, known)) body.append("media", media);
  const intent = item.wants === "submit" ? "submit" : "autosave";
  const ours = { client_id: item.id, device: item.device, counter: item.counter, seen: item.base, intent };
  for (const [name, value] of Object.entries(ours)) body.set(name, value);
  return body;
}

async function sendPost(id) {
  const item = await store.get(id);
  if (!item || (item.counter === item.saved && item.wants === "draft")) return;
  const known = await ofServer(item);
  if (item.wants === "submit" && item.files.some((file) => file.state === "stored" && !known.media.includes(file.id))) throw new Stopped("again");
  tell({ item: id, state: "sending", part: partOf(item) });
  const answer = await ask(item.action, { method: "POST", body: formOf(item, known), token: known.token });
  if (answer.status === 422 && answer.body.missing) await bringAgain(item, answer.body.missing);
  else if (!answer.ok || !answer.body.post) await notTaken(item, answer);
  else await taken(item, answer.body);
}

async function taken(item, body) {
  if (body.state === "submitted") {
    await unlessFull(store.remove(item.id));
    tell({ item: item.id, state: "sent", url: body.url, post: body.post });
    return;
  }
  await note(item.id, (kept) => {
    Object.assign(kept, { saved: item.counter, base: body.seen, post: body.post, url: body.url, tries: 0, next: 0, error: null });
    if (kept.counter !== item.counter) return;
    // Sent in, taken back, and told once more: it is a draft, and its author says when it is sent in again.
    Object.assign(kept, { state: "saved", wants: "draft" });
  });
  tell({ item: item.id, state: "saved", said: body.saved_at, url: body.url, post: body.post });
}

// Files that the server should have and has not: again, if they are here.
async function bringAgain(item, missing) {
  await note(item.id, (kept) => {
    for (const id of missing) store.setFile(kept, id, { state: "stored" });
    const ours = new Set(kept.files.map((file) => file.id));
    kept.fields.media = [kept.fields.media ?? []].flat().filter((id) => ours.has(id) || !missing.includes(id));
    kept.counter += 1;
  });
  throw new Stopped("again");
}

// A draft with something wrong in it waits for its next change; what was to be sent in waits for a person.
async function notTaken(item, answer) {
  const errors = answer.body.errors;
  if (!errors) throw stoppedBy(answer);
  const error = { text: Object.values(errors).flat().join(" "), status: 422 };
  if (item.wants === "submit") throw new Stopped("stuck", { error, errors });
  await note(item.id, (kept) => { if (kept.counter === item.counter) Object.assign(kept, { next: Infinity, error }); });
  tell({ item: item.id, state: "waiting", error });
}

// --- the rounds --------------------------------------------------------------------------------------------------

// Files first, then the post that shows them. How it went: sent | saved | stuck | signedout | offline | later | busy | …
export async function send(id, { wait = false } = {}) {
  return guarded(id, async () => {
    for (let round = 0; round < 3; round += 1) {
      const files = await alone(`files-${id}`, wait, async () => { await sendFiles(id); return "done"; });
      if (!files) return "busy";
      try {
        if (!(await alone(`post-${id}`, true, async () => { await sendPost(id); return "done"; }))) return "busy";
        return outcome(id);
      } catch (error) {
        if (error.kind !== "again") throw error;
      }
    }
    return later(id, null);
  });
}

// What is written, without waiting for a film that is on its way.
export async function save(id) {
  return guarded(id, async () => {
    await alone(`post-${id}`, true, () => sendPost(id));
    return outcome(id);
  });
}

async function outcome(id) {
  const item = await store.get(id);
  if (!item) return "sent";
  return item.state === "saved" ? "saved" : "waiting";
}

async function guarded(id, work) {
  try {
    return await work();
  } catch (error) {
    return stop(id, error);
  }
}

async function stop(id, error) {
  const kind = error.kind ?? "later";
  if (kind === "stuck") return stick(id, error);
  if (kind === "others") return kind;
  if (kind === "signedout") tell({ item: id, state: "signedout" });
  else await later(id, error.error ?? null);
  if (!error.kind) console.warn(error);
  return kind === "again" ? "later" : kind;
}

async function stick(id, { error, errors }) {
  await note(id, (item) => Object.assign(item, { state: "stuck", error }));
  tell({ item: id, state: "stuck", file: error.file, error, errors });
  return "stuck";
}

async function later(id, error) {
  const item = await note(id, (kept) => {
    kept.tries += 1;
    kept.next = Date.now() + Math.min(LONGEST_PAUSE, PAUSE * 2 ** Math.min(kept.tries - 1, 10)) * (0.75 + Math.random() / 2);
    kept.error = error;
  });
  tell({ item: id, state: "waiting", error, next: item?.next });
  return "later";
}

export function isWaiting(item) {
  return item.state !== "stuck" && !(item.state === "saved" && item.counter === item.saved);
}

function isDue(item, force) {
  return isWaiting(item) && !item.files.some((file) => file.state === "storing") && (force || item.next <= Date.now());
}

const bytesLeft = (item) => item.files.reduce((sum, file) => sum + (file.state === "stored" ? file.size : 0), 0);

// Everything whose turn it is, the small first. How many are left, and when the next one is due. A page knows whose it
// is; the service worker asks the server.
export async function sendDue({ force = false, user } = {}) {
  const all = await store.items(user);
  for (const item of all.filter((each) => isDue(each, force)).sort((one, other) => bytesLeft(one) - bytesLeft(other))) {
    if (["offline", "signedout"].includes(await send(item.id))) break;
  }
  await forgetSaved();
  const left = (await store.items(user)).filter(isWaiting);
  return { left: left.length, next: Math.min(Infinity, ...left.map((item) => item.next)) };
}

// A draft that the server has is a copy: the form begins with the server's.
async function forgetSaved() {
  for (const item of await store.items()) {
    const isCopy = item.state === "saved" && item.counter === item.saved && !item.other;
    if (isCopy && item.changed < Date.now() - KEPT_WHEN_SAVED) await store.remove(item.id);
  }
}

// Android wakes us when there is coverage, also with the app closed. Elsewhere it is sent when the app is opened.
export async function askToBeWoken() {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.sync?.register(SYNC);
  } catch { /* not allowed, or not there: opening the app does it */ }
}
