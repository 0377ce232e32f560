// One tap less on a phone: the three buttons open the camera or the pictures at once,
// and what was chosen becomes a draft. Without this script they are plain links to the form.
const form = document.getElementById("begin");
const input = form.elements.uploads;
const status = document.getElementById("begin-status");

for (const button of document.querySelectorAll("[data-pick]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    input.accept = button.dataset.pick;
    if ("camera" in button.dataset) input.capture = "environment";
    else input.removeAttribute("capture");
    input.click();
  });
}

input.addEventListener("change", () => {
  if (!input.files.length) return;
  status.textContent = status.dataset.sending;
  form.requestSubmit();
});
