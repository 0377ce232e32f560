// One tap less on a phone: the three buttons open the camera or the pictures at once, and what was chosen is kept on the
// phone before anything else happens; the form opens with it. Without this script they are plain links to the form.
import * as store from "./phone/store.js";

const form = document.getElementById("begin");
const input = form.elements.uploads;
const status = document.getElementById("begin-status");
const OURS = new Set(["csrfmiddlewaretoken", "client_id", "intent", "uploads"]);

for (const button of document.querySelectorAll("[data-pick]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    input.accept = button.dataset.pick;
    if ("camera" in button.dataset) input.capture = "environment";
    else input.removeAttribute("capture");
    input.click();
  });
}

input.addEventListener("change", async () => {
  if (!input.files.length) return;
  status.textContent = status.dataset.sending;
  try {
    const fields = Object.fromEntries([...new FormData(form)].filter(([name]) => !OURS.has(name)));
    const item = { user: document.body.dataset.person, fields, files: [...input.files] };
    location.assign(`${form.getAttribute("action")}?utkorg=${await store.newItem(item)}`);
  } catch {
    // The phone is full, or keeps nothing: it goes up from where it is.
    form.requestSubmit();
  }
});
