// The phone's own way of sending something on. Where it has none, the link is copied (by-hand.js).
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.share({ url: button.dataset.share, title: button.dataset.title });
    } catch (error) {
      // Somebody changed their mind; anything else is a fault, and is heard of.
      if (error.name !== "AbortError") throw error;
    }
  });
}
