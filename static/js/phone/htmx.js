// htmx is larger than the form that asks it for a hint now and then: it comes when something needs it, and not before.
// Rejects where it cannot be had, as without coverage.

let asked = null;

export function htmx() {
  asked ??= fetched().catch((error) => { asked = null; throw error; });
  return asked;
}

async function fetched() {
  if (window.htmx) return window.htmx;
  // It looks at the page by itself when the page is complete, and too early it would never look.
  if (document.readyState !== "complete") await once(window, "load");
  const script = document.createElement("script");
  script.src = document.querySelector("[data-htmx]").dataset.htmx;
  document.head.append(script);
  await Promise.race([once(script, "load"), once(script, "error").then(() => Promise.reject(new Error("htmx")))]);
  return window.htmx;
}

const once = (target, name) => new Promise((resolve) => { target.addEventListener(name, resolve, { once: true }); });
