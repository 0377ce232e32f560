// What runs beside the pages. It keeps the files of the phone's pages and a few pages of one's own, so that they open
// without coverage, and takes what other apps share. Everything else goes past it, as if it were not there.
//
// Whose a page is, and whether it may be kept, the server says in two headers (`seko_social/shell.py`). Pages are kept
// for one person at a time: the cache carries their number, and goes when somebody else is there, or nobody.
//
// `/sw.js` calls `work` and says what there is to keep; another file, or another content, is another worker. It waits
// until a page lets it in (`shell.js`). Files of the version before stay: a form that is open may still ask for them.

import * as inParts from "./in-parts.js";
import { listenForPush } from "./push.js";
import { SYNC, sendDue } from "./sending.js";
import { newItem, uuid } from "./store.js";
import { sendBy } from "./uploading.js";

const FILES = "files-";
const PAGES = "pages-";
const NOBODY = "0";
const PATIENCE = 3000;
const POSTS = 20;
const VERSIONS = 2;

export function work(known) {
  const listed = new Set(known.files);
  listenForPush();
  sendBy(inParts);

  addEventListener("install", (event) => event.waitUntil(keepFiles(known)));
  addEventListener("activate", (event) => event.waitUntil(forgetOldFiles().then(() => clients.claim())));
  addEventListener("message", (event) => event.waitUntil(hear(event.data, known)));
  addEventListener("sync", (event) => { if (event.tag === SYNC) event.waitUntil(sendWhatWaits()); });
  addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (url.origin !== location.origin) return;
    if (request.method === "POST" && url.pathname === known.share && !isFromASite(request)) event.respondWith(share(request, known));
    if (request.method !== "GET") return;
    if (listed.has(url.pathname)) event.respondWith(file(request, known));
    else if (url.pathname.startsWith(known.statics)) event.respondWith(oldFile(request));
    else if (request.mode === "navigate") event.respondWith(page(event, known));
  });
}

// --- files -------------------------------------------------------------------------------------------------------

async function keepFiles({ version, files, offline }) {
  const cache = await caches.open(FILES + version);
  await cache.addAll([...files, offline].map((address) => new Request(address, { cache: "no-cache" })));
}

async function forgetOldFiles() {
  const versions = (await caches.keys()).filter((name) => name.startsWith(FILES));
  await Promise.all(versions.slice(0, -VERSIONS).map((name) => caches.delete(name)));
}

async function file(request, { version }) {
  const cache = await caches.open(FILES + version);
  return (await cache.match(request, { ignoreVary: true })) ?? fetch(request);
}

// What a page from the version before asks for: the server may not have it any more.
async function oldFile(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

// --- pages -------------------------------------------------------------------------------------------------------

// The network first, always. Only when it does not answer in a while, the page as it was.
async function page(event, known) {
  const { request } = event;
  const [before, asked] = [whose(), ask(request)];
  const remembered = asked.then(async (answer) => answer && remember(request.url, answer, await before)).catch(() => {});
  event.waitUntil(remembered);
  const first = await Promise.race([asked, after(PATIENCE)]);
  if (first) return first.shown;
  const old = await kept(request.url);
  if (old) event.waitUntil(remembered.then(() => asked).then((answer) => tellOfLate(answer, event.resultingClientId)));
  return old ?? (await asked)?.shown ?? (await kept(known.offline)) ?? Response.error();
}

// It answered after all. What somebody reads is not taken from under their eyes: the page offers the newer one.
async function tellOfLate(answer, id) {
  const isThere = answer && (answer.shown.ok || answer.shown.type === "opaqueredirect");
  if (isThere) (await clients.get(id))?.postMessage({ type: "newer page" });
}

// Two of it: one to show, one to keep. Nothing, when nobody answers.
async function ask(address, options) {
  try {
    const shown = await fetch(address, options);
    return { shown, copy: shown.clone() };
  } catch {
    return null;
  }
}

const after = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

// `before` is whose the pages were when it was asked for. Somebody may have signed out since, or somebody else in: then it
// comes too late to be kept.
async function remember(address, { copy }, before) {
  const person = copy.headers.get("X-Person");
  if (copy.type !== "basic" || person === null) return;
  if (person !== NOBODY && ![before, person].includes(await whose())) return;
  await belongsTo(person);
  const [name, kind] = [nameOf(address), copy.headers.get("X-Keep")];
  if (person === NOBODY || !kind || !name || copy.redirected) return;
  const cache = await caches.open(PAGES + person);
  await cache.put(name, copy);
  if (kind === "post") await forgetOldPosts(cache);
}

// By what a page is kept. A list's later pages, and forms that came with something in them, are not.
function nameOf(address) {
  const url = new URL(address, location.origin);
  const tab = url.searchParams.get("visa");
  url.searchParams.delete("visa");
  url.searchParams.delete("app");
  if (url.searchParams.size) return null;
  return url.pathname + (tab ? `?visa=${encodeURIComponent(tab)}` : "");
}

async function forgetOldPosts(cache) {
  const posts = (await cache.keys()).filter((request) => /^\/inlagg\/\d+\/$/.test(new URL(request.url).pathname));
  await Promise.all(posts.slice(0, -POSTS).map((request) => cache.delete(request)));
}

// The page as it was, and marked so: it says to its reader that it is an old one. What was told on it was told once
// (`templates/_messages.html`). A form for a new post is asked for
// once and opened often; each time it is another post.
async function kept(address) {
  const url = new URL(address, location.origin);
  const answer = (await caches.match(nameOf(address) ?? url.pathname)) ?? null;
  if (!answer) return null;
  const html = (await answer.text())
    .replace("<html ", "<html data-kept ")
    .replace(/(<div class="messages"[^>]*>)[^]*?(?=<\/div>)/, "$1")
    .replace(/(name="client_id" value=")[^"]*/g, (_all, before) => before + uuid());
  return new Response(html, { headers: answer.headers });
}

// --- people ------------------------------------------------------------------------------------------------------

// Nobody sees what was kept for somebody else.
async function belongsTo(person) {
  const mine = PAGES + person;
  const others = (await caches.keys()).filter((name) => name.startsWith(PAGES) && name !== mine);
  await Promise.all(others.map((name) => caches.delete(name)));
  if (person !== NOBODY) await caches.open(mine);
}

async function whose() {
  const name = (await caches.keys()).find((each) => each.startsWith(PAGES));
  return name ? name.slice(PAGES.length) : null;
}

// There is coverage again, and perhaps no page any more. A browser tries again, later, when it is told that it failed.
async function sendWhatWaits() {
  const person = await whose();
  if (!person) return;
  const { left } = await sendDue({ force: true, user: person });
  if (left) throw new Error(`${left} wait`);
}

// --- what pages say ----------------------------------------------------------------------------------------------

async function hear(message, known) {
  if (message.type === "take over") await skipWaiting();
  if (message.type === "person") await belongsTo(message.person);
  // Those that every start needs, and the posts that a list has just shown.
  if (message.type === "person" && message.person !== NOBODY) await fetchMissing(message.person, known.pages);
  if (message.type === "posts") await fetchMissing(await whose(), message.addresses.slice(0, POSTS));
}

async function fetchMissing(person, addresses) {
  if (!person) return;
  const cache = await caches.open(PAGES + person);
  for (const address of addresses) {
    if (await cache.match(address)) continue;
    const answer = await ask(address, { redirect: "manual" });
    if (!answer) return;
    await remember(address, answer, person);
  }
}

// --- what other apps share ---------------------------------------------------------------------------------------

// A form of another site may send the same: that goes to the server, which keeps nothing before a button of ours is pressed.
const isFromASite = ({ referrer }) => /^https?:/.test(referrer) && new URL(referrer).origin !== location.origin;

// It waits in the outbox, and the form opens with it. For somebody who has not signed in, the server says so.
async function share(request, known) {
  const person = await whose();
  if (!person) return fetch(request);
  const shared = await request.formData();
  const fields = wordsOf(shared);
  try {
    const files = shared.getAll("files").filter((each) => each instanceof File && each.size);
    const id = await newItem({ user: person, fields, files, action: known.form });
    return Response.redirect(`${known.form}?utkorg=${id}`, 303);
  } catch {
    // The phone is full, or keeps nothing: the words at least are not lost.
    return Response.redirect(`${known.share}?${new URLSearchParams({ ...fields, fullt: 1 })}`, 303);
  }
}

// Apps put a link where they like: alone in the text, at its end, or where it belongs.
function wordsOf(shared) {
  const said = ["title", "text"].map((name) => String(shared.get(name) ?? "").trim()).filter(Boolean);
  const text = said.filter((words, at) => said.indexOf(words) === at).join("\n");
  const link = String(shared.get("url") ?? "").trim();
  return link ? { text, link } : /^https?:\/\/\S+$/.test(text) ? { text: "", link: text } : { text };
}
