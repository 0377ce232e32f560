// The review page saves by itself (htmx). This keeps people from leaving, and a button from going ahead, before what they
// typed has arrived; and puts away the button that is only needed without scripts.

import { touched } from "./touched.js";

let saving = 0;
let onward = null;

// What only looks for news keeps nobody waiting.
const isQuiet = (event) => event.target.closest("[data-quiet]");

document.body.addEventListener("htmx:beforeRequest", (event) => { if (!isQuiet(event)) saving += 1; });
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (isQuiet(event)) return;
  saving = Math.max(0, saving - 1);
  // The answer has to be in its place first: it carries the version that a decision names.
  if (!saving && onward) setTimeout(() => { if (!saving && onward) { const go = onward; onward = null; go(); } });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !saving || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  onward = () => location.assign(link.href);
});

document.addEventListener("submit", (event) => {
  if (!saving) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { target: form, submitter: pressed } = event;
  onward = () => form.requestSubmit(pressed && sameButton(form, pressed));
}, true);

/** The pressed button, or the one that has taken its place meanwhile. */
function sameButton(form, pressed) {
  if (pressed.isConnected) return pressed;
  const alike = (button) => button.getAttribute("formaction") === pressed.getAttribute("formaction")
    && button.value === pressed.value;
  return [...form.elements].find((field) => field.type === "submit" && alike(field));
}

// What was changed before htmx listened is saved like the rest.
addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form[hx-trigger^=change]")) {
    touched(form)?.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

for (const button of document.querySelectorAll(".save")) button.hidden = true;
for (const here of document.querySelectorAll(".queue [aria-current], .tabs [aria-current]")) {
  here.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// What is folded away behind three dots is folded again by a press beside it.
const folded = () => document.querySelector(".decide__more[open]");
document.addEventListener("click", (event) => { if (!event.target.closest(".decide__more")) folded()?.removeAttribute("open"); });
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !folded()) return;
  const summary = folded().querySelector("summary");
  folded().removeAttribute("open");
  summary.focus();
});
