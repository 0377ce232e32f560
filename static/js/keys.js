// A key for each button that shows it: `data-key="a"`, one of two `data-key="f,/"`, or one after another `data-key="g k"`.
// Never while somebody writes, and not at all for those who have switched it off under More (for speech input, and for
// hands that slip). A field is gone to; a choice with `data-sends` is made and sent.

const KEPT = "keys";
const PATIENCE = 1500;
const TYPED = "input:not([type=radio], [type=checkbox], [type=submit], [type=button]), textarea, select, [contenteditable]";
const PRESSED_BY_ENTER = "a, button, summary, label, input, [role=button], [tabindex]";
const SHEET = document.getElementById("kortkommandon");

const isOff = () => localStorage.getItem(KEPT) === "off";
const show = () => document.documentElement.classList.toggle("keys-off", isOff());
const keysOf = (thing) => thing.dataset.key.split(",").map((key) => key.trim());
const isThere = (thing) => isShown(thing) && !thing.closest("[inert]") && isOnTop(thing);

/** What is folded away behind three dots keeps its key; what the page's width has put away has none. */
function isShown(thing) {
  const folded = thing.closest("details:not([open])");
  if (!folded || folded.querySelector("summary").contains(thing)) return thing.getClientRects().length > 0;
  return folded.getClientRects().length > 0 && !isAwayIn(folded, thing);
}

function isAwayIn(folded, thing) {
  for (let part = thing; part !== folded; part = part.parentElement) {
    if (getComputedStyle(part).display === "none") return true;
  }
  return false;
}

/** What lies below an open sheet has no keys. */
function isOnTop(thing) {
  const sheet = document.querySelector("dialog[open]");
  return !sheet || sheet.contains(thing);
}

const meantBy = (keys) => [...document.querySelectorAll("[data-key]")]
  .find((thing) => keysOf(thing).includes(keys) && isThere(thing));
const begins = (key) => [...document.querySelectorAll("[data-key]")]
  .some((thing) => keysOf(thing).some((keys) => keys.startsWith(`${key} `)) && isThere(thing));

let before = "";
let at = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented || isOff()) return;
  if (event.key.length > 1 && event.key !== "Enter") return;
  if (event.target.closest(TYPED)) return;
  if (event.key === "Enter" && event.target.closest(PRESSED_BY_ENTER)) return;
  const first = Date.now() - at < PATIENCE ? before : "";
  before = "";
  const meant = (first && meantBy(`${first} ${event.key}`)) || meantBy(event.key);
  if (meant) {
    event.preventDefault();
    act(meant);
  } else if (begins(event.key)) {
    [before, at] = [event.key, Date.now()];
  }
});

function act(thing) {
  if (thing.matches(TYPED)) return thing.select ? thing.select() || thing.focus() : thing.focus();
  thing.click();
  const sends = thing.closest("[data-sends]");
  if (sends) sends.closest("form").requestSubmit();
}

// --- the sheet that lists them ---------------------------------------------------------------------------------

const SAID = { " ": "", Enter: "Enter" };

function nameOf(thing) {
  const label = thing.getAttribute("aria-label") || thing.dataset.keyName;
  if (label) return label;
  if (thing.labels && thing.labels.length) return words(thing.labels[0]);
  return words(thing);
}

function words(thing) {
  const copy = thing.cloneNode(true);
  for (const aside of copy.querySelectorAll("kbd, svg, .rail__count")) aside.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function list() {
  const rows = new Map();
  for (const thing of document.querySelectorAll("[data-key]")) {
    const keys = thing.dataset.key;
    if (isShown(thing) && !thing.closest("[inert], dialog") && !rows.has(keys)) rows.set(keys, nameOf(thing));
  }
  const body = SHEET.querySelector("[data-list]");
  body.replaceChildren(...[...rows].map(([keys, name]) => row(keys, name)));
}

function row(keys, name) {
  const line = document.createElement("div");
  const term = document.createElement("dt");
  const meaning = document.createElement("dd");
  for (const [number, way] of keys.split(",").entries()) {
    if (number) term.append(` ${SHEET.dataset.or} `);
    for (const key of way.trim().split(" ")) {
      const cap = document.createElement("kbd");
      cap.className = "kbd";
      cap.textContent = SAID[key] || key;
      term.append(cap, " ");
    }
  }
  meaning.textContent = name;
  line.append(term, meaning);
  return line;
}

if (SHEET) {
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keys-sheet]")) return;
    list();
    SHEET.showModal();
  });
  SHEET.addEventListener("click", (event) => { if (event.target === SHEET) SHEET.close(); });
}

// --- the switch ------------------------------------------------------------------------------------------------

const choice = document.querySelector("[data-keys]");
if (choice) {
  const say = () => { choice.textContent = isOff() ? choice.dataset.off : choice.dataset.on; };
  choice.hidden = false;
  choice.addEventListener("click", () => {
    localStorage.setItem(KEPT, isOff() ? "on" : "off");
    say();
    show();
  });
  say();
}
for (const button of document.querySelectorAll("[data-keys-sheet]")) button.hidden = false;
show();
