// The page of the outbox: what waits on this phone for whoever is signed in, how far it has come, and what one can do.

import * as sending from "./phone/sending.js";
import * as store from "./phone/store.js";

const person = document.body.dataset.person;
const list = document.getElementById("utkorg");
const lead = document.getElementById("utkorg-laget");
const room = document.getElementById("utkorg-plats");
const blank = document.getElementById("utkorg-rad").content.firstElementChild;
const MB = 1024 * 1024;

const filled = (words, value) => words.replace("%s", value);

show();
tellOfClearing();

async function show() {
  let items;
  try {
    items = (await store.items(person)).filter((item) => sending.isWaiting(item) || item.state === "stuck");
  } catch {
    lead.textContent = lead.dataset.none;
    return;
  }
  for (const row of [...list.children]) if (!items.some((item) => item.id === row.dataset.item) && !("isSent" in row.dataset)) row.remove();
  for (const item of items) draw(item);
  tellAll(items);
}

function tellAll(items) {
  const stuck = items.some((item) => item.state === "stuck");
  lead.textContent = stuck ? lead.dataset.stuck
    : items.length === 0 ? (list.children.length ? lead.dataset.done : lead.dataset.empty)
    : items.length === 1 ? lead.dataset.one : filled(lead.dataset.several, items.length);
  const bytes = items.flatMap((item) => item.files).reduce((sum, file) => sum + file.size, 0);
  room.hidden = bytes < MB;
  room.textContent = filled(room.dataset.text, Math.round(bytes / MB));
  document.getElementById("utkorg-iphone").hidden = "SyncManager" in window || !items.length;
}

// A browser empties what it has not promised to keep; on the home screen it does not.
async function tellOfClearing() {
  const isApp = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
  document.getElementById("utkorg-safari").hidden = isApp || Boolean(await navigator.storage?.persisted?.());
}

// --- one of them ---------------------------------------------------------------------------------------------------

function draw(item) {
  const row = rowOf(item.id) ?? added(item);
  const words = row.dataset;
  row.querySelector(".row__title").textContent = headline(item) || words.noText;
  row.querySelector(".row__meta").textContent = [...(item.wants === "draft" ? [words.draft] : []), ...files(item, words), filled(words.kept, clock(item.changed))].join(", ");
  row.querySelector("[data-open]").href = `${item.action}?utkorg=${item.id}`;
  const why = row.querySelector(".outbox__why");
  why.textContent = item.error?.code === "lost" ? words.lost : (item.error?.text ?? "");
  why.hidden = !why.textContent;
  chip(row, item.state === "stuck" ? words.stuck : words.onPhone, item.state === "stuck" ? "fail" : "draft");
  row.classList.toggle("card--bad", item.state === "stuck");
  row.querySelector("[data-now]").hidden = item.state === "stuck";
}

const rowOf = (id) => [...list.children].find((row) => row.dataset.item === id);

function added(item) {
  const row = blank.cloneNode(true);
  row.dataset.item = item.id;
  row.querySelector("[data-now]").addEventListener("click", () => sending.send(item.id, { wait: true }).then(show));
  row.querySelector("[data-erase]").addEventListener("click", () => ask(row, true));
  row.querySelector("[data-keep]").addEventListener("click", () => ask(row, false));
  row.querySelector("[data-erase-it]").addEventListener("click", () => erase(row));
  const first = item.files.find((file) => file.type.startsWith("image/") && file.state !== "storing");
  if (first) store.blob(item.id, first).then((bytes) => picture(row, bytes), () => {});
  list.append(row);
  return row;
}

function picture(row, bytes) {
  const image = Object.assign(document.createElement("img"), { className: "thumb", alt: "" });
  image.addEventListener("load", () => row.querySelector(".thumb").replaceWith(image));
  image.src = URL.createObjectURL(bytes);
}

function headline(item) {
  const sentence = String(item.fields.text ?? "").trim().split("\n")[0];
  return sentence.length <= 80 ? sentence : `${sentence.slice(0, 80).replace(/\s+\S*$/, "")} …`;
}

function files(item, words) {
  const films = item.files.filter((file) => file.type.startsWith("video/")).length;
  const pictures = item.files.length - films;
  const counted = (count, one, several) => (count ? [count === 1 ? one : filled(several, count)] : []);
  return [...counted(pictures, words.picture, words.pictures), ...counted(films, words.film, words.films)];
}

function clock(at) {
  const when = new Date(at);
  return [when.getHours(), when.getMinutes()].map((part) => String(part).padStart(2, "0")).join(".");
}

function chip(row, words, kind) {
  const shown = row.querySelector(".chip");
  shown.className = `chip chip--${kind}`;
  shown.querySelector("span").textContent = words;
}

// --- the question before it is gone -----------------------------------------------------------------------------------

function ask(row, asks) {
  row.querySelector("[data-question]").hidden = !asks;
  row.querySelector("[data-erase]").parentElement.hidden = asks;
  row.querySelector(asks ? "[data-keep]" : "[data-erase]").focus();
}

async function erase(row) {
  await store.remove(row.dataset.item);
  row.remove();
  lead.tabIndex = -1;
  lead.focus();
  show();
}

// --- while it is sent ----------------------------------------------------------------------------------------------

sending.news.addEventListener("news", ({ detail }) => {
  document.getElementById("utkorg-ut").hidden = detail.state !== "signedout";
  const row = rowOf(detail.item);
  if (["sent", "saved"].includes(detail.state) && row) return done(row, detail);
  if (["sending", "file"].includes(detail.state) && row) return progress(row, detail);
  if (row) row.querySelector(".bar").hidden = true;
  return show();
});

function progress(row, { part = 0 }) {
  const percent = Math.floor(100 * part);
  const bar = row.querySelector(".bar");
  Object.assign(bar, { hidden: false, value: percent });
  bar.setAttribute("aria-label", filled(row.dataset.sending, percent));
  chip(row, filled(row.dataset.sending, percent), "draft");
}

// It stays for a look, and is gone with the page. Of a draft, more may have been written meanwhile.
async function done(row, { state, item, url }) {
  const kept = await store.get(item);
  if (kept && sending.isWaiting(kept)) return show();
  row.dataset.isSent = "";
  chip(row, row.dataset[state], "live");
  for (const part of row.querySelectorAll(".bar, .outbox__why, [data-question], [data-now], [data-erase]")) part.hidden = true;
  row.querySelector("[data-open]").href = url;
  return show();
}
