// On every page of the phone: what waits in the outbox is sent when the app is opened, when there is coverage again, when
// somebody comes back to it, and in between when its turn comes. *Hem* says how much there is, and nobody leaves without
// being asked about it.

import { takeUp } from "./last-words.js";
import * as sending from "./sending.js";
import * as store from "./store.js";

const LONGEST = 60_000;
const person = document.body.dataset.person;
const line = document.getElementById("utkorg-rad-hem");
let turn = null;
let begun = null;

if (Number(person) && "indexedDB" in self) {
  addEventListener("online", () => round({ force: true }));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) round(); });
  sending.news.addEventListener("news", count);
  begun = takeUp(person);
  round({ force: true });
}

async function round({ force = false } = {}) {
  clearTimeout(turn);
  try {
    await begun;
    const { left, next } = await sending.sendDue({ force, user: person });
    await count();
    if (left) turn = setTimeout(round, Math.min(LONGEST, Math.max(1000, next - Date.now())));
  } catch (error) {
    // A browser that keeps nothing has nothing to send.
    console.info("No outbox here:", error.name);
  }
}

const itemsHere = async () => (await store.items(person)).filter((item) => sending.isWaiting(item) || item.state === "stuck");

async function count() {
  if (!line) return;
  const items = await itemsHere();
  line.hidden = !items.length;
  line.querySelector("span").textContent = items.length === 1 ? line.dataset.one : line.dataset.several.replace("%s", items.length);
}

// The page for leaving asks; the short way past it is for whoever leaves nothing behind.
const way = document.querySelector("[data-leaves]");
way?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const items = await itemsHere().catch(() => []);
  if (items.length) location.assign(way.action);
  else way.submit();
});
