// One tap less on a phone: the buttons open the camera or the pictures at once, and what was chosen is kept on the phone
// before anything else happens; the form opens with it. Without this script they are plain links to the form.
//
// *Sudda först* keeps only what the editor (`phone/blur.js`) has made: the original is in no form, neither stored nor sent.
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

input.addEventListener("change", () => begin([...input.files]));

async function begin(files) {
  if (!files.length) return;
  status.textContent = status.dataset.sending;
  try {
    const fields = Object.fromEntries([...new FormData(form)].filter(([name]) => !OURS.has(name)));
    const item = { user: document.body.dataset.person, fields, files };
    location.assign(`${form.getAttribute("action")}?utkorg=${await store.newItem(item)}`);
  } catch {
    // The phone is full, or keeps nothing: it goes up from where it is.
    if (!input.files.length) input.files = carrying(files);
    form.requestSubmit();
  }
}

function carrying(files) {
  const hand = new DataTransfer();
  for (const file of files) hand.items.add(file);
  return hand.files;
}

// --- blurred before it is kept ---------------------------------------------------------------------------------------

const original = document.getElementById("begin-blur");

if (globalThis.HTMLDialogElement?.prototype.showModal) {
  for (const way of document.querySelectorAll("[data-draws]")) way.hidden = false;
  for (const button of document.querySelectorAll("[data-blurs]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      original.click();
    });
  }
}

original?.addEventListener("change", async () => {
  const [file] = original.files;
  original.value = "";
  if (!file) return;
  await unfold(document.getElementById("begin-sudda").content);
  const { edit } = await import("./phone/blur.js");
  const made = await edit(file);
  if (made) begin([made]);
});

// The editor and its look, which the page itself does without. The second time it is there.
async function unfold(folded) {
  const styles = [...folded.querySelectorAll("link")];
  document.body.append(folded);
  await Promise.all(styles.map((style) => new Promise((resolve) => { style.onload = style.onerror = resolve; })));
}
