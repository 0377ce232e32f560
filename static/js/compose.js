// The form for a post. What is written and chosen is kept on the phone first (`phone/store.js`), and goes to the server
// from there (`phone/sending.js`): files at once, the text every ten seconds, the whole when somebody sends it in. Without
// this script the form travels as one, files and all.
//
// It needs of the page: `body[data-person]`; the form `#inlagg` (`data-fresh` when it is a new one that nobody has sent
// yet, `data-bound` when it is shown again with what is wrong in it) with `client_id` and `seen`, `#id_text`, the tiles
// `#shots > li` each with `name=media`, the file input `#id_uploads` with its data, `#upload-status`; `#sparat`; and
// `#utkorg-besked`, `#i-utkorgen`, `#annan-version` (`posts/outbox/_form.html`). Another script hands over files by
// `#inlagg.dispatchEvent(new CustomEvent("chosen", {detail: {files}}))`.
//
// Where the browser keeps nothing (some private windows), files are sent ahead and the form is a form.

import { htmx } from "./phone/htmx.js";
import * as lastWords from "./phone/last-words.js";
import * as sending from "./phone/sending.js";
import * as store from "./phone/store.js";
import { touched } from "./touched.js";

const QUIET = 2000;
const EVERY = 10_000;
const form = document.getElementById("inlagg");
const input = document.getElementById("id_uploads");
const list = document.getElementById(input.dataset.list);
const status = document.getElementById("upload-status");
const saved = document.getElementById("sparat");
const notice = document.getElementById("utkorg-besked");
const words = notice.dataset;
const person = document.body.dataset.person;
const asked = new URLSearchParams(location.search).get("utkorg");
const OURS = new Set(["csrfmiddlewaretoken", "client_id", "device", "counter", "seen", "intent", "uploads", "remove", "media"]);

let id = form.elements.client_id.value;
let keeps = true; // whether this browser keeps anything
let isReady = false; // whether the form shows all that is kept
let isKeeping = false; // the store is being told
let written = 0; // the store's `written` that the form shows; 0: there is no item yet
let last = ""; // what was kept last, to keep nothing twice
let isFull = false; // whether the phone had no room for what is written now
let leaving = false; // it is sent in, or the form travels by itself
let quiet = null;
let flushing = null;
let busy = 0; // files that are being put into the store, or sent from memory
let chain = Promise.resolve();

const then = (work) => (chain = chain.then(() => work(), () => work()));

// --- beginning -----------------------------------------------------------------------------------------------------

then(begin);
then(() => { isReady = true; });
// Whoever is faster than this script has chosen files already.
then(() => { takeChosen(); });

// Tiles of a draft that are being prepared ask for themselves.
if (list.querySelector("[hx-get]")) htmx().catch(() => {});

async function begin() {
  try {
    await store.open();
    await lastWords.takeUp(person);
  } catch {
    keeps = false;
    return;
  }
  const item = await mine(asked ?? id);
  // Whoever is faster than this script has written or answered already.
  const early = form.elements.text.value !== form.elements.text.defaultValue ? form.elements.text.value : "";
  const isEarly = Boolean(early || touched(form));
  last = JSON.stringify(snapshot());
  if (!item && asked) return gone(asked);
  if (!item && "fresh" in form.dataset) id = store.uuid();
  else if (item) id = item.id;
  form.elements.client_id.value = id;
  if (item && await goOn(item, early)) return undefined;
  if (isEarly) { last = ""; changed(); }
  return undefined;
}

async function mine(wanted) {
  const item = await store.get(wanted);
  return item?.user === person ? item : undefined;
}

// It was here: the server knows what became of it. Without connection, a form for a new one.
async function gone(wanted) {
  history.replaceState(null, "", form.getAttribute("action"));
  const known = await sending.known(wanted);
  if (known?.url) location.replace(known.url);
}

// What the phone has is newer than the page, unless the server has it as well. Whether it is shown.
async function goOn(item, early) {
  written = item.written;
  askToStay();
  if (item.state === "saved" && item.counter === item.saved && !asked) {
    await store.remove(item.id);
    written = 0;
    return false;
  }
  if (item.error) explain(item.error);
  if ("bound" in form.dataset) return false;
  if (early && early !== item.fields.text) await putAside(item, early);
  await fill(item);
  offerOther(item);
  if (!form.elements.text.value && item.files.length) form.elements.text.focus();
  sending.send(id);
  return true;
}

async function putAside(item, text) {
  item.other = { text: [item.other?.text, text].filter(Boolean).join("\n\n") };
  await store.change(item.id, (kept) => { kept.other = item.other; });
}

async function fill(item) {
  isReady = false;
  if (item.fields.media) for (const box of form.querySelectorAll("[type=checkbox]")) if (!OURS.has(box.name)) box.checked = false;
  for (const [name, value] of Object.entries(item.fields)) if (name !== "media") set(name, [value].flat());
  await showFiles(item);
  for (const [name, value] of Object.entries(item.fields)) if (name.startsWith("alt_")) set(name, [value].flat());
  last = JSON.stringify(snapshot());
  isReady = true;
}

function set(name, values) {
  for (const element of [form.elements[name] ?? []].flatMap((found) => (found.form ? found : [...found]))) {
    const isPick = ["radio", "checkbox"].includes(element.type);
    if (isPick) element.checked = values.includes(element.value);
    else if (element.type !== "file") element.value = values[0];
    if (!isPick || element.checked) element.dispatchEvent(new Event(isPick ? "change" : "input", { bubbles: true }));
  }
}

// The tiles as the item has them: those of the page that it does not name go, others come.
async function showFiles(item) {
  const meant = [...new Set([...[item.fields.media ?? []].flat(), ...item.files.map((file) => file.id)])];
  if (item.fields.media) for (const tile of tiles()) if (!meant.includes(mediaOf(tile))) tile.remove();
  for (const media of meant) {
    const there = tiles().find((tile) => mediaOf(tile) === media);
    if (there) { list.append(there); continue; }
    const file = item.files.find((each) => each.id === media);
    const tile = file ? waiting(file, media) : waiting({ name: "" }, media);
    list.append(tile);
    if (file && file.state === "storing") await lost(tile, file);
    else if (file?.state === "refused") failed(tile, file, file.error?.text);
    else if (file?.state === "stored") tell(tile, 0);
    if (file && file.state !== "storing" && file.type.startsWith("image/")) store.blob(id, file).then((bytes) => picture(tile, bytes), () => {});
    if (!file || file.state === "sent") await showSent(media);
  }
}

// Its last byte never came here: the page was closed before.
async function lost(tile, file) {
  await store.removeFile(id, file.id);
  written = (await store.get(id)).written;
  failed(tile, file, words.lost);
}

const tiles = () => [...list.children].filter((tile) => tile.querySelector("[name=media]"));
const mediaOf = (tile) => tile.querySelector("[name=media]")?.value;

// --- keeping -------------------------------------------------------------------------------------------------------

function snapshot() {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (value instanceof File || OURS.has(name)) continue;
    fields[name] = name in fields ? [fields[name], value].flat() : value;
  }
  fields.media = tiles().map(mediaOf);
  return fields;
}

function changed() {
  if (keeps && isReady) leadBack();
  clearTimeout(quiet);
  quiet = setTimeout(() => then(keep), QUIET);
}

document.addEventListener("input", (event) => { if (event.target.form === form) changed(); });
// An answer is whole at once; only writing goes on.
document.addEventListener("change", (event) => { if (event.target.form === form) { changed(); then(keep); } });
new MutationObserver(changed).observe(list, { childList: true });
document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (link) keepAtOnce();
  if (link && "comesBack" in link.dataset) link.search = new URLSearchParams({ next: location.pathname + location.search });
});
addEventListener("pagehide", keepAtOnce);
document.addEventListener("visibilitychange", () => (document.hidden ? keepAtOnce() : then(lookAgain)));

// Whoever leaves does not wait: it is noted as well, for the case that the store gets no time.
function keepAtOnce() {
  then(keep);
  const fields = snapshot();
  if (keeps && isReady && !leaving && !isSubmitting && JSON.stringify(fields) !== last) {
    lastWords.note(id, { user: person, fields, seen: written + isKeeping, ...begunWith() });
  }
}

const begunWith = () => ({ action: form.getAttribute("action"), base: form.elements.seen?.value ?? "" });

async function keep({ wants = "draft", always = false } = {}) {
  clearTimeout(quiet);
  const fields = snapshot();
  const now = JSON.stringify(fields);
  if (!keeps || leaving || (now === last && !always)) return;
  isKeeping = true;
  try {
    const item = written ? await store.setFields(id, fields, { wants, seen: written }) : undefined;
    if (item) offerOther(item);
    written = item ? item.written : await make(fields, wants);
    last = now;
    if (JSON.stringify(snapshot()) === now) lastWords.forget(id);
    if (isFull) notice.hidden = true;
    isFull = false;
    say(words.onPhone);
    flushing ??= setTimeout(flush, EVERY);
  } catch (error) {
    if (!store.isFull(error)) throw error;
    isFull = true;
    explain({ text: words.textNotKept });
  } finally {
    isKeeping = false;
  }
}

// The item is made with the first thing that is worth keeping, and from then on the address leads back to it.
async function make(fields, wants) {
  try {
    await store.newItem({ id, user: person, fields, wants, ...begunWith() });
  } catch (error) {
    if (error.name !== "ConstraintError") throw error;
    await store.setFields(id, fields, { wants, seen: 0 });
  }
  leadBack();
  askToStay();
  return (await store.get(id)).written;
}

function leadBack() {
  const back = `?utkorg=${id}`;
  if ("fresh" in form.dataset && location.search !== back) history.replaceState(history.state, "", form.getAttribute("action") + back);
}

// A browser that runs short of room, or that nobody opened for a week, may clear away what is not meant to stay.
function askToStay() {
  navigator.storage?.persist?.().catch(() => {});
}

async function flush() {
  flushing = null;
  if (!leaving) await sending.save(id);
}

// Another tab may have gone on with it, or sent it in, while nobody looked at this one.
async function lookAgain() {
  if (!keeps || !written || leaving || JSON.stringify(snapshot()) !== last) return;
  const item = await mine(id);
  if (!item) await gone(id);
  else if (item.written !== written) { written = item.written; await fill(item); }
}

function say(sentence) {
  saved.textContent = sentence;
}

// --- what two tabs wrote -------------------------------------------------------------------------------------------

function offerOther(item) {
  document.querySelector("[data-other]")?.remove();
  if (!item.other) return;
  const card = document.getElementById("annan-version").content.firstElementChild.cloneNode(true);
  card.dataset.other = "";
  card.querySelector("blockquote").textContent = item.other.text;
  card.querySelector("[data-take]").addEventListener("click", () => { set("text", [item.other.text]); forgetOther(card); });
  card.querySelector("[data-drop]").addEventListener("click", () => forgetOther(card));
  form.before(card);
}

function forgetOther(card) {
  card.remove();
  form.elements.text.focus();
  then(() => store.change(id, (item) => { delete item.other; }));
}

// --- files ---------------------------------------------------------------------------------------------------------

function takeChosen() {
  const files = [...input.files];
  input.value = "";
  if (files.length) choose(files);
}

input.addEventListener("change", takeChosen);
form.addEventListener("chosen", (event) => choose(event.detail.files));

async function choose(files) {
  // What people answered was about other pictures.
  for (const demand of form.querySelectorAll("[data-unasked]")) demand.hidden = false;
  await busily(async () => {
    for (const file of files) {
      const media = store.uuid();
      const tile = waiting(file, media);
      list.append(tile);
      // The server would hang up in the middle, and nobody could be told why.
      if (file.size > Number(input.dataset.most)) failed(tile, file, input.dataset.tooLarge);
      else await take(tile, file, media);
    }
  });
}

// Between two files, too, more is to come.
async function busily(work) {
  busy += 1;
  try {
    await work();
  } finally {
    busy -= 1;
    if (!busy) form.dispatchEvent(new Event("uploaded"));
  }
}

const take = (tile, file, media) => busily(() => putAway(tile, file, media));

async function putAway(tile, file, media) {
  if (file.type.startsWith("image/")) picture(tile, file);
  tell(tile, 0);
  try {
    if (!keeps) throw new Error("nothing is kept here");
    await then(() => keep({ always: !written }));
    await store.addFile(id, file, { fileId: media });
    sending.send(id);
  } catch (error) {
    if (isFull || store.isFull(error)) status.textContent = words.phoneIsFull;
    await sendFromMemory(tile, file, media);
  }
}

// The phone is full: it goes up from where it is, while the page is open.
async function sendFromMemory(tile, file, media) {
  tile.querySelector("[name=media]").disabled = true;
  try {
    tile.replaceWith(processed(await upload(file, media, (percent) => tell(tile, percent))));
    status.textContent = "";
  } catch (error) {
    failed(tile, file, error.message, () => { const again = waiting(file, media); tile.replaceWith(again); take(again, file, media); });
  }
}

function upload(file, media, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", input.dataset.upload);
    request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(Math.floor((100 * event.loaded) / event.total));
    });
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(request.responseText);
      else reject(new Error([422, 429].includes(request.status) ? request.responseText : ""));
    });
    request.addEventListener("error", () => reject(new Error("")));
    const body = new FormData();
    body.append("id", media);
    body.append("size", file.size);
    body.append("file", file);
    request.send(body);
  });
}

function waiting(file, media) {
  const tile = document.createElement("li");
  tile.className = "shot";
  tile.id = `media-${media}`;
  tile.dataset.waits = "";
  const state = document.createElement("p");
  state.className = "photo shot__photo shot__wait";
  tile.words = document.createElement("span");
  tile.words.textContent = file.name;
  state.append(tile.words);
  const named = document.createElement("input");
  Object.assign(named, { type: "hidden", name: "media", value: media });
  const tools = document.createElement("div");
  tools.className = "shot__tools";
  tools.append(button(input.dataset.remove, () => { drop(media); tile.remove(); input.focus(); }));
  tile.append(named, state, tools);
  return tile;
}

function picture(tile, bytes) {
  const image = document.createElement("img");
  image.alt = "";
  image.addEventListener("error", () => image.remove());
  image.src = URL.createObjectURL(bytes);
  tile.querySelector(".shot__wait")?.prepend(image);
}

function tell(tile, percent) {
  if (!tile?.words) return;
  tile.words.textContent = `${input.dataset.sending}, ${percent} %`;
  if (percent === 0) status.textContent = `${input.dataset.sending} …`;
}

// It can be taken away, and chosen once more; it is in no post. Its picture stays, to say which one it was.
function failed(tile, file, why, again) {
  const sentence = document.createElement("p");
  sentence.className = "shot__why";
  sentence.textContent = why || `${file.name} ${input.dataset.failed}`;
  const media = mediaOf(tile);
  const shown = tile.querySelector(".shot__wait:has(img)");
  shown?.querySelector("span").remove();
  const away = button(input.dataset.remove, () => { drop(media); tile.remove(); });
  tile.classList.add("shot--bad");
  const more = again ? [button(input.dataset.retry, again)] : [];
  for (const each of more) each.dataset.again = "";
  tile.replaceChildren(...(shown ? [shown] : []), sentence, ...more, away);
  status.textContent = sentence.textContent;
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn--small";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function processed(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  const tile = template.content.querySelector("li");
  htmx().then((it) => it.process(tile), () => {});
  return tile;
}

// The server's own tile, which tells how the preparation goes.
async function showSent(media) {
  const tile = document.getElementById(`media-${media}`);
  if (!tile || !("waits" in tile.dataset)) return;
  try {
    const answer = await fetch(`${input.dataset.upload}${media}/`, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) tile.replaceWith(processed(await answer.text()));
    else tile.words.textContent = words.uploaded;
  } catch {
    tile.words.textContent = words.uploaded;
  }
  status.textContent = "";
}

function drop(media) {
  if (!media || !keeps) return;
  then(async () => {
    const item = await mine(id);
    // A full phone keeps it; what is sent in is what the page shows.
    if (item?.files.some((file) => file.id === media)) await store.removeFile(id, media).catch((error) => { if (!store.isFull(error)) throw error; });
  });
}

// A tile that is taken away is gone at once; without the script its tick takes it away when the form is sent.
list.addEventListener("change", (event) => {
  if (event.target.name !== "remove") return;
  drop(event.target.value);
  event.target.closest("li").remove();
  input.focus();
});

// --- news from the sender ------------------------------------------------------------------------------------------

sending.news.addEventListener("news", ({ detail }) => {
  if (detail.item !== id) return;
  const tile = detail.file && document.getElementById(`media-${detail.file}`);
  if (detail.state === "sending" && tile) tell(tile, Math.floor(100 * detail.filePart));
  if (detail.state === "file") showSent(detail.file);
  if (detail.state === "saved" && !isSubmitting) say(detail.said);
  if (detail.state === "sent") { leaving = true; location.assign(detail.url); }
  if (detail.state === "stuck" && tile) failed(tile, detail.error, detail.error.text ?? words.lost);
  if (["waiting", "signedout"].includes(detail.state)) for (const each of tiles()) if (each.words) each.words.textContent = words.onPhone;
  if (detail.state === "signedout" && !isSubmitting) explain({ text: words.signedOut, url: signInUrl(), label: words.signIn });
});

function explain({ text, url, label = words.goOn }) {
  if (!text) return;
  notice.querySelector("p").textContent = text;
  const link = notice.querySelector("a");
  link.hidden = !url;
  if (url) Object.assign(link, { href: url, textContent: label });
  notice.hidden = false;
}

const signInUrl = () => `${words.signInUrl}?${new URLSearchParams({ next: `${form.getAttribute("action")}?utkorg=${id}` })}`;

// --- sending it in -------------------------------------------------------------------------------------------------

let isSubmitting = false;

form.addEventListener("submit", (event) => {
  if (leaving) return;
  event.preventDefault();
  if (isSubmitting) return;
  isSubmitting = true;
  press(event.submitter).finally(() => { isSubmitting = false; });
});

async function press(pressed) {
  notice.hidden = true;
  await chain;
  // Whoever presses the button while a file is on its way into the store means it, too.
  while (busy) {
    status.textContent = `${input.dataset.sending} …`;
    await new Promise((resolve) => { form.addEventListener("uploaded", resolve, { once: true }); });
  }
  await chain;
  if (list.querySelector("[data-again]")) return notWhole();
  if (!keeps) return travel(pressed);
  const intent = pressed?.value ?? "submit";
  if (intent === "submit") return sendIn(pressed);
  await then(() => keep({ always: true }));
  if (isFull) return sendPast(pressed);
  // Whoever does not know whether one may take pictures wants to be called, and is told that somebody will.
  const isAsking = form.elements.site?.value === "unknown";
  if (intent === "save" && !isAsking) return sending.send(id, { wait: true });
  await sending.send(id, { wait: true });
  return travel(pressed);
}

// Without a file that somebody chose, it would be half of what they meant.
function notWhole() {
  explain({ text: words.notWhole });
  notice.focus();
}

async function sendIn(pressed) {
  await then(() => keep({ wants: "submit", always: true }));
  if (isFull) return sendPast(pressed);
  say(words.submitting);
  sending.askToBeWoken();
  const outcome = await sending.send(id, { wait: true });
  if (outcome === "sent") return undefined;
  if (outcome === "stuck") return stuck(pressed);
  return letGo(outcome);
}

// The phone is full, and nothing can wait there. The form travels by itself, once somebody answers; until then it stays here.
async function sendPast(pressed) {
  await sending.send(id, { wait: true });
  if (await sending.known(id)) return travel(pressed);
  explain({ text: words.staysHere });
  notice.focus();
  return undefined;
}

// What is missing is told by the server's own page. What has moved on is told here, and stays on the phone.
async function stuck(pressed) {
  const item = await store.change(id, (kept) => Object.assign(kept, { wants: "draft" }));
  if (item.error?.status === 422 && !item.error.name) return travel(pressed);
  say(words.onPhone);
  explain(item.error ?? {});
  notice.focus();
  return undefined;
}

// It waits, and whoever wrote it is free to go.
async function letGo(outcome) {
  leaving = true;
  const said = (await store.get(id))?.error?.text;
  const why = outcome === "signedout" ? "signedout" : said ? "later" : "offline";
  const panel = document.getElementById("i-utkorgen").content.cloneNode(true);
  for (const part of panel.querySelectorAll("[data-said]")) if (part.dataset.said !== why) part.remove();
  const signIn = panel.querySelector("[data-sign-in]");
  if (signIn) signIn.href = signInUrl();
  for (const sentence of panel.querySelectorAll("[data-why]")) sentence.textContent = said;
  form.replaceWith(panel);
  document.querySelector(".sendbar")?.remove();
  say("");
  document.querySelector(".done__title").focus();
  scrollTo(0, 0);
}

// The form as a form: with which of this phone's saves it is, so that the server knows it for its own.
async function travel(pressed) {
  const item = keeps && (await counted());
  if (item) for (const [name, value] of [["device", item.device], ["counter", item.counter], ["seen", item.base]]) tuck(name, value);
  leaving = true;
  lastWords.forget(id);
  form.requestSubmit(pressed);
}

async function counted() {
  const count = (kept) => { kept.counter += 1; };
  try {
    return await store.change(id, count);
  } catch (error) {
    if (!store.isFull(error)) throw error;
    const item = await store.get(id);
    if (item) count(item);
    return item;
  }
}

function tuck(name, value) {
  const field = form.elements[name] ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
  field.value = value;
}

// --- the preview ---------------------------------------------------------------------------------------------------

const mirror = document.querySelector("[data-mirror]");
const text = document.getElementById(mirror.dataset.mirror);
text.addEventListener("input", () => { mirror.textContent = text.value.trim() || mirror.dataset.empty; });

const note = document.querySelector("[data-mirror-note]");
const credit = document.getElementById(note.dataset.mirrorNote);
const nameThePhotographer = () => {
  note.textContent = credit.value.trim() ? `${note.dataset.prefix} ${credit.value.trim()}` : "";
};
credit.addEventListener("input", nameThePhotographer);
nameThePhotographer();

const frame = document.getElementById("preview-picture");
const showFirst = () => {
  const first = list.querySelector("li:not(.shot--bad) img");
  if (first?.src === frame.querySelector("img")?.src) return;
  const copy = first?.cloneNode();
  if (copy) Object.assign(copy, { className: "preview__img", alt: "" });
  frame.replaceChildren(...(copy ? [copy] : []));
};
new MutationObserver(showFirst).observe(list, { childList: true, subtree: true });

document.getElementById("fel")?.focus();
