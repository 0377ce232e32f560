// What helps while one writes: one hint at a time, and what was folded away stays so; who took the picture, in the preview.
// Hints are fetched by htmx and stop nothing. Without this script, or without coverage, there are none.

import { htmx } from "./htmx.js";

const form = document.getElementById("inlagg");
const place = document.getElementById("rad");
const folded = document.getElementById("rad-stangda");
const KEY = `rad-${form.elements.client_id.value}`;

// --- hints -----------------------------------------------------------------------------------------------------------

function fold(code) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "folded", value: code });
  // None of the post's own fields: what is typed is kept, what was folded away is nobody's business.
  field.setAttribute("form", "");
  folded.append(field);
}

const codes = () => [...folded.children].map((field) => field.value);
const ask = () => htmx().then((it) => it.trigger(place, "ask"), () => {});
form.addEventListener("focusin", () => htmx().catch(() => {}), { once: true });

for (const code of JSON.parse(sessionStorage.getItem(KEY) ?? "[]")) fold(code);

place.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fold]");
  if (!button) return;
  fold(button.dataset.fold);
  sessionStorage.setItem(KEY, JSON.stringify(codes()));
  place.replaceChildren();
  document.getElementById("id_text").focus({ preventScroll: true });
  ask();
});

// A picture that is ready may be an old one.
let later = null;
new MutationObserver(() => {
  clearTimeout(later);
  later = setTimeout(ask, 1000);
}).observe(document.getElementById("shots"), { childList: true });

// --- one tap less: whoever has answered goes on with the words -----------------------------------------------------------

const text = document.getElementById("id_text");
const shots = document.getElementById("shots");
form.addEventListener("change", (event) => {
  const { name, value } = event.target;
  if (event.isTrusted && name === "site" && value === "allowed" && shots.children.length && !text.value) text.focus();
});

// --- who took the picture --------------------------------------------------------------------------------------------

const credit = document.getElementById("id_credit");
const me = document.querySelector("[data-mirror-note]").dataset.me;
form.addEventListener("change", (event) => {
  // What is put back from the phone's store says both by itself.
  if (event.target.name !== "photographer" || !event.isTrusted) return;
  const isMe = event.target.value === "me";
  credit.value = isMe ? me : "";
  credit.dispatchEvent(new Event("input", { bubbles: true }));
  if (!isMe) credit.focus();
});
