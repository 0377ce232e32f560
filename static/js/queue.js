// The queue beside the post: it keeps its place, says what is new without moving, and lets nobody decide on what cannot
// arrive. Everything in it works without this; only the news, and the first post beside the list, do not come.

const WIDE = matchMedia("(min-width: 56.01rem)");
const PLACE = "queue-place";
const queue = document.querySelector(".queue");
const news = document.getElementById("nytt");

// At a desk there is room for the first post beside the list.
const first = document.querySelector("[data-opens]");
if (first && WIDE.matches && !document.querySelector(".narrow, .queue .messages > *") && !location.hash) location.replace(first.href);

// --- the list keeps its place ------------------------------------------------------------------------------------

if (queue) {
  const kept = sessionStorage.getItem(PLACE);
  if (kept) queue.scrollTop = Number(kept);
  addEventListener("pagehide", () => sessionStorage.setItem(PLACE, String(queue.scrollTop)));
  queue.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// Where no post is open, the keys for the next and the one before it walk through the rows.
document.addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.documentElement.classList.contains("keys-off") || document.querySelector(".app[inert], dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const rows = [...document.querySelectorAll("a.qrow, .qrow > input")];
  const open = rows.findIndex((row) => row.hasAttribute("aria-current"));
  if (open >= 0 || !rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
  next.focus();
});

// --- several at once -------------------------------------------------------------------------------------------

const several = document.querySelector(".several");

function count() {
  const said = several.querySelector("[data-ticked]");
  const n = several.querySelectorAll(".qrow > input:checked").length;
  if (said) said.textContent = n === 1 ? said.dataset.one : said.dataset.many.replace("{n}", n);
}

if (several) {
  several.addEventListener("change", count);
  addEventListener("pageshow", count);
}

// --- news --------------------------------------------------------------------------------------------------------

let known = "";

if (news) {
  news.addEventListener("htmx:configRequest", (event) => { if (known) event.detail.headers["If-None-Match"] = known; });
  news.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    // Nothing is new: what is said already is not said again. And trouble is no news.
    if (xhr.status !== 200) event.detail.shouldSwap = false;
    else known = xhr.getResponseHeader("ETag") || "";
    silent(xhr.status >= 500);
  });
  news.addEventListener("htmx:sendError", () => offline(true));
  news.addEventListener("htmx:afterRequest", (event) => { if (event.detail.xhr.status) offline(!navigator.onLine); });
}

// --- no connection -----------------------------------------------------------------------------------------------

const banners = document.querySelectorAll(".banner--offline");
const DECIDES = ".decide a, .decide button, .queue__news a";
const state = { offline: false, silent: false };

function tell() {
  for (const banner of banners) {
    banner.hidden = !state.offline && !state.silent;
    banner.querySelector("[data-offline]").hidden = !state.offline;
    banner.querySelector("[data-silent]").hidden = state.offline || !state.silent;
  }
  document.documentElement.classList.toggle("is-offline", state.offline);
  for (const button of document.querySelectorAll(DECIDES)) mark(button);
}

/** A button that waits for the connection says so to everybody, and becomes what it was. */
function mark(button) {
  if (state.offline && !button.dataset.waits) {
    button.dataset.waits = button.getAttribute("aria-disabled") || "no";
    button.setAttribute("aria-disabled", "true");
  } else if (!state.offline && button.dataset.waits) {
    if (button.dataset.waits === "no") button.removeAttribute("aria-disabled");
    delete button.dataset.waits;
  }
}

function offline(is) { state.offline = is; tell(); }
function silent(is) { state.silent = is; tell(); }

addEventListener("offline", () => offline(true));
addEventListener("online", () => offline(false));
if (!navigator.onLine) offline(true);

function stop(event) {
  if (!state.offline) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  for (const banner of banners) banner.scrollIntoView({ block: "nearest" });
}
document.addEventListener("click", (event) => { if (event.target.closest(DECIDES)) stop(event); }, true);
document.addEventListener("submit", stop, true);
