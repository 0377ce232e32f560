// Copying the text with one press. Without this script it is selected and copied as usual.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return; // The browser does not let us: the text is selected, and one key copies it.
    }
    button.textContent = button.dataset.done;
  });
}
