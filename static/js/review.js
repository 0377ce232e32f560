// The review page saves by itself (htmx). This keeps people from leaving before what they typed has arrived,
// and puts away the button that is only needed without scripts.

let saving = 0;
let onward = null;

document.body.addEventListener("htmx:beforeRequest", () => { saving += 1; });
document.body.addEventListener("htmx:afterRequest", () => {
  saving = Math.max(0, saving - 1);
  if (!saving && onward) location.assign(onward);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !saving || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  onward = link.href;
});

for (const button of document.querySelectorAll(".save")) button.hidden = true;
