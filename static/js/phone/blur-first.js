// The button that opens the editor (`blur.js`), which is fetched when a picture has been chosen for it. What came out is
// dispatched on #inlagg as `new CustomEvent("chosen", {detail: {files: [File]}})`, and is to be treated as if it had been
// chosen in #id_uploads. The original is in no field of the form: it is neither stored nor sent.

const form = document.getElementById("inlagg");
const dialog = document.getElementById("sudda");
const button = document.querySelector("[data-blur-first]");
const input = document.getElementById("id_blur");

if (dialog?.showModal && button && input) {
  button.hidden = false;
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    const { edit } = await import("./blur.js");
    const made = await edit(file);
    if (made) form.dispatchEvent(new CustomEvent("chosen", { detail: { files: [made] } }));
    button.focus();
  });
}
