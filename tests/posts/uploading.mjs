// Our own module as an outbox uses it, outside a browser: what it did is printed for the test that started it.
// Arguments: the site's address, the cookies, the token, the scenario.

import { setTimeout as wait } from "node:timers/promises";

const [site, cookies, token, scenario] = process.argv.slice(2);
globalThis.location = new URL(site);
const plain = globalThis.fetch;
let asked = [];
let line = async () => {};
globalThis.fetch = async (url, options) => {
  asked.push(options.method);
  await line(options);
  const headers = { ...options.headers, Cookie: cookies };
  return plain(url, { ...options, headers });
};
const { upload } = await import("./js/phone/uploading.js");

const SIZE = 3 * 1024 * 1024 + 17;
const bytes = Uint8Array.from({ length: SIZE }, (_, at) => (at * 31) % 251);
const source = { slice: async (from, to) => bytes.subarray(from, to) };
const file = (more = {}) => ({ id: crypto.randomUUID(), name: "Tåget åäö.mp4", type: "video/mp4", size: SIZE, token, ...more });
const failure = async (promise) => promise.then(() => null, (error) => ({ name: error.name, status: error.status, message: error.message }));

const scenarios = {
  async whole() {
    const parts = [];
    const sent = file({ onProgress: (part) => parts.push(part) });
    await upload(source, sent);
    return { id: sent.id, asked, last: parts.at(-1), isRising: parts.every((part, at) => !at || part >= parts[at - 1]) };
  },

  async resumed() {
    let address;
    const sent = file({ onAddress: (told) => { address = told; } });
    line = async ({ method }) => { if (method === "PATCH" && asked.length > 2) throw new TypeError("fetch failed"); };
    const first = await failure(upload(source, sent));
    const before = asked;
    asked = [];
    line = async () => {};
    await upload(source, { ...sent, address });
    return { id: sent.id, first, before, asked };
  },

  async forgotten() {
    const sent = file({ address: new URL(`/ladda-upp/${crypto.randomUUID()}/`, site).href });
    await upload(source, sent);
    return { id: sent.id, asked };
  },

  async again() {
    const sent = file();
    await upload(source, sent);
    asked = [];
    await upload(source, { ...sent, onAddress: () => {} });
    return { id: sent.id, asked };
  },

  async refused() {
    return { error: await failure(upload(source, file({ size: 10 ** 12 }))), asked };
  },

  async foreign() {
    return { error: await failure(upload(source, file({ token: "x".repeat(32) }))), asked };
  },

  async shorter() {
    const cut = { slice: async (from, to) => bytes.subarray(from, Math.min(to, 1024 * 1024)) };
    return { error: await failure(upload(cut, file())) };
  },

  async stopped() {
    const stop = new AbortController();
    line = async ({ method }) => { if (method === "PATCH") stop.abort(new Error("enough")); };
    return { error: await failure(upload(source, file({ signal: stop.signal }))), asked };
  },

  async turns() {
    let now = 0;
    let most = 0;
    line = async ({ method }) => {
      if (method !== "POST") return;
      now += 1;
      most = Math.max(most, now);
      await wait(50);
    };
    const small = { slice: async (from, to) => bytes.subarray(from, to) };
    const all = Array.from({ length: 5 }, () => file({ size: 1000 }));
    await Promise.all(all.map((each) => upload(small, each).then(() => { now -= 1; })));
    return { most, ids: all.map(({ id }) => id) };
  },
};

process.stdout.write(JSON.stringify(await scenarios[scenario]()));
process.exit(0);
