// One key for each button that shows it. Never while somebody types, and not at all for those who have switched it off
// under More (for speech input, and for hands that slip).

const KEPT = "keys";
const isOff = () => localStorage.getItem(KEPT) === "off";
const show = () => document.documentElement.classList.toggle("keys-off", isOff());

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented || isOff()) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const meant = [...document.querySelectorAll("[data-key]")].find(
    (button) => button.dataset.key === event.key && button.getClientRects().length && !button.closest("[inert]"),
  );
  if (!meant) return;
  event.preventDefault();
  meant.click();
});

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
show();
