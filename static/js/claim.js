// Tells the server, once a minute, that somebody has the post open, and shows what it answers about the others. Nothing of
// the page but that line is touched: what somebody typed stays.

const EVERY = 60_000;
const line = () => document.getElementById("ansprak");
const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
let looking = null;

/** On a phone the queue is shown alone, and nobody looks at the post beside it. */
const isShown = (here) => here && here.parentElement.getClientRects().length > 0;

function said(fields) {
  const form = new FormData();
  form.set("csrfmiddlewaretoken", token());
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

async function ask(address, fields) {
  const here = line();
  if (here.dataset.seen) here.dataset.had = "1";
  if (here.dataset.had) fields.had = "1";
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body: said(fields), redirect: "error" });
  } catch {
    return;  // no network: the next minute tells
  }
  if (answer.ok && line() === here) show(here, await answer.text());
}

function show(here, html) {
  const told = new DOMParser().parseFromString(html, "text/html").getElementById("ansprak");
  if (!told) return;
  if (told.dataset.seen) here.dataset.seen = told.dataset.seen; else delete here.dataset.seen;
  const words = (box) => [...box.querySelectorAll("p, button")].map((part) => part.textContent).join();
  // Only what is new is put there: it is read aloud, and may have the focus.
  if (words(told) !== words(here)) {
    const hadFocus = here.contains(document.activeElement);
    here.replaceChildren(...told.childNodes);
    if (hadFocus) document.querySelector(".sheet__scroll")?.focus();
  }
}

async function look() {
  const here = line();
  if (!isShown(here) || looking) return;
  looking = ask(here.dataset.look, {});
  await looking;
  looking = null;
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest(".claim__take");
  if (!form) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(form.action, { part: "1" });
}, true);

addEventListener("pagehide", () => {
  const here = line();
  if (here?.dataset.seen) navigator.sendBeacon(here.dataset.leave, said({ seen: here.dataset.seen }));
});
addEventListener("pageshow", (event) => { if (event.persisted) look(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
document.body.addEventListener("htmx:afterSwap", (event) => { if (event.target === document.body) look(); });
setInterval(look, EVERY);
look();
