// On every page of the phone: the worker is started, the page says when there is no connection and when there is a newer
// version, and leaving takes the kept pages along. Without a worker all of this is missing, and the site works.

const worker = navigator.serviceWorker;
const NOBODY = "0";
const PAUSE = 1000;
const person = document.body.dataset.person;  // nothing where the page is the phone's own
let isKept = "kept" in document.documentElement.dataset;
const form = document.getElementById("inlagg");

// --- no connection -----------------------------------------------------------------------------------------------

const offline = document.getElementById("utan-natet");

function tellOffline() {
  if (offline) offline.hidden = !isKept && navigator.onLine;
}

addEventListener("offline", tellOffline);
addEventListener("online", () => {
  // A page from the phone is an old one: there is a newer now. What somebody is writing stays where it is.
  if (isKept && !form) reloadOnceThere();
  else tellOffline();
});
tellOffline();

// A telephone says that it is connected a while before it is.
async function reloadOnceThere() {
  let isThere = false;
  while (navigator.onLine && !isThere) {
    await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    isThere = await fetch("/healthz", { cache: "no-store" }).then((answer) => answer.ok, () => false);
  }
  if (isThere) location.reload();
}

// The server has answered after all, later than we waited. A form is as good as a new one: what it is sent to knows which
// version it was written about.
worker?.addEventListener("message", ({ data }) => {
  if (data.type !== "newer page" || !isKept) return;
  if (form) {
    isKept = false;
    tellOffline();
  } else if (offline) {
    offline.querySelector("p").textContent = offline.dataset.newer;
    offline.querySelector("a").textContent = offline.dataset.show;
  }
});

// Pictures stay at the server: what must be erased there must not live on in a phone. Their places are empty.
if (isKept) {
  const nothing = URL.createObjectURL(new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>'], { type: "image/svg+xml" }));
  const empty = (image) => { if (image.tagName === "IMG" && image.src !== nothing) image.src = nothing; };
  document.addEventListener("error", (event) => empty(event.target), true);
  for (const image of document.images) if (image.complete && !image.naturalWidth) empty(image);
}

// --- the worker --------------------------------------------------------------------------------------------------

// Beside what the page itself needs, and never before it.
if (worker && person && person !== NOBODY) addEventListener("load", start, { once: true });

// Whoever has left sees this at the door: the kept pages go. What waits to be sent stays, for its owner alone.
if (person === NOBODY) worker?.controller?.postMessage({ type: "person", person });

async function start() {
  // In a browser that has no such workers, or that forbids them here, there is none.
  const registration = await worker.register("/sw.js", { type: "module", updateViaCache: "none" }).catch(() => null);
  if (!registration) return;
  watch(registration);
  await worker.ready;
  say({ type: "person", person });
  const posts = [...document.querySelectorAll("[data-own-posts] a[href^='/inlagg/']")].map((link) => link.pathname);
  if (posts.length && !navigator.connection?.saveData) say({ type: "posts", addresses: posts });
}

async function say(message) {
  (await worker.ready).active?.postMessage(message);
}

// --- a newer version ---------------------------------------------------------------------------------------------

const newer = document.getElementById("ny-version");

function watch(registration) {
  if (registration.waiting) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming.addEventListener("statechange", () => {
      if (coming.state === "installed" && worker.controller) offer(coming);
    });
  });
  // An app that stays open for days is asked when somebody comes back to it.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) registration.update().catch(() => {});
  });
}

// It comes in by itself where nobody notices, and the next page is a new one. Where something is being written or sent,
// a person says when.
async function offer(waiting) {
  const letIn = () => waiting.postMessage({ type: "take over" });
  if (!(await isBusy()) || !newer) return letIn();
  newer.querySelector("button").addEventListener("click", () => {
    worker.addEventListener("controllerchange", begin, { once: true });
    letIn();
  }, { once: true });
  newer.hidden = false;
}

// What is being written is left as it is: this page stays, and those after it are new.
function begin() {
  if (!form) return location.reload();
  newer.querySelector("button").hidden = true;
  newer.querySelector("p").textContent = newer.dataset.done;
}

// The browser knows the locks of all tabs, and of the worker: sending holds one.
async function isBusy() {
  const locks = await navigator.locks?.query();
  return Boolean(form) || Boolean(locks?.held?.length);
}

// --- on the home screen ------------------------------------------------------------------------------------------

const ANSWERED = "installera-sagt";
const invitation = document.querySelector("[data-install]");
const isApp = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;

// Where the browser can do it, one press is enough; elsewhere the steps are written down.
addEventListener("beforeinstallprompt", (event) => {
  const button = document.querySelector("[data-install-now]");
  if (!button) return;
  event.preventDefault();
  button.hidden = false;
  button.addEventListener("click", () => { event.prompt(); answered(); }, { once: true });
});

// Asked once on each phone, and never again.
if (invitation && !isApp && matchMedia("(pointer: coarse)").matches && !localStorage.getItem(ANSWERED)) {
  invitation.hidden = false;
  for (const answer of invitation.querySelectorAll("a, [data-not-now]")) answer.addEventListener("click", answered);
}

function answered() {
  localStorage.setItem(ANSWERED, "1");
  if (invitation) invitation.hidden = true;
}
