// Signing out: what waits in the outbox stays on the phone for its owner, unless they say that it shall not.

import { forgetAll, takeUp } from "./phone/last-words.js";
import { isWaiting } from "./phone/sending.js";
import { items, remove } from "./phone/store.js";

const question = document.getElementById("i-utkorgen");
const form = question.closest("form");
const wait = (item) => isWaiting(item) || item.state === "stuck";

const { person } = document.body.dataset;
const found = await takeUp(person).then(() => items(person)).catch(() => []);
const waiting = found.filter(wait);
question.hidden = !waiting.length;
question.querySelector("p").textContent = waiting.length === 1 ? question.dataset.one : question.dataset.several.replace("%s", waiting.length);

// What the server has goes in any case.
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const isErased = question.querySelector("input").checked;
  if (isErased) forgetAll(person);
  for (const item of found) if (isErased || !wait(item)) await remove(item.id);
  form.submit();
});
