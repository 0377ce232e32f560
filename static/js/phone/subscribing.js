// Whether this browser shows what one is told while no page is open: asked only when somebody presses the button.

const part = document.querySelector("[data-push]");
const worker = navigator.serviceWorker;

if (part && worker && "PushManager" in window && "Notification" in window) start();

async function start() {
  show();
  const registration = await worker.register("/sw.js", { type: "module", updateViaCache: "none" }).catch(() => null);
  if (!registration) return show("missing");
  on("off", () => turnOn());
  on("on", () => turnOff());
  return tell();
}

function on(state, act) {
  const button = part.querySelector(`button[data-state=${state}]`);
  button.addEventListener("click", async () => {
    button.disabled = true;
    await act().catch(() => show("failed", state));
    button.disabled = false;
  });
}

async function turnOn() {
  if (await Notification.requestPermission() !== "granted") return tell();
  const { pushManager } = await worker.ready;
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(part.dataset.push) });
  const { endpoint, keys } = subscription.toJSON();
  const taken = await post(part.dataset.subscribe, { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  if (!taken) {
    await subscription.unsubscribe();
    throw new Error("not taken");
  }
  return tell();
}

async function turnOff() {
  const { pushManager } = await worker.ready;
  const subscription = await pushManager.getSubscription();
  if (subscription) {
    await post(part.dataset.unsubscribe, { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
  }
  return tell();
}

async function post(address, fields) {
  const body = new URLSearchParams(fields);
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" } });
  return answer.ok;
}

async function tell() {
  if (Notification.permission === "denied") return show("denied");
  const { pushManager } = await worker.ready;
  return show(await pushManager.getSubscription() ? "on" : "off");
}

function show(...states) {
  for (const each of part.querySelectorAll("[data-state]")) each.hidden = !states.includes(each.dataset.state);
}

function bytes(value) {
  const padded = value.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
}
