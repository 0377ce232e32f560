// What was entered last, and is nowhere yet: a page that is left does not wait for IndexedDB. It is noted here at once,
// in localStorage, and the next page of the phone puts it into the outbox, for its owner alone. Words only, never files.
//
// Where there is no room, or no such place, there is no note, and nothing else changes.

import * as store from "./store.js";

const NAME = "seko-sist-";

function place() {
  try {
    return self.localStorage ?? null;
  } catch {
    return null; // forbidden
  }
}

// `words`: {user, fields, seen, action, base}, as the store has them.
export function note(id, words) {
  try {
    place()?.setItem(NAME + id, JSON.stringify(words));
  } catch (error) {
    if (!store.isFull(error)) throw error;
  }
}

export function forget(id) {
  place()?.removeItem(NAME + id);
}

// What we cannot read is nobody's.
function read(raw) {
  try {
    return JSON.parse(raw);
  } catch {
    return {};
  }
}

function notesOf(person) {
  return Object.entries(place() ?? {})
    .filter(([name]) => name.startsWith(NAME))
    .map(([name, raw]) => ({ ...read(raw), id: name.slice(NAME.length), raw }))
    .filter(({ user }) => user === person);
}

export function forgetAll(person) {
  for (const { id } of notesOf(person)) forget(id);
}

// Into the outbox with them. Two pages that do it at once do it once. A note that cannot go there stays, and stands in
// nobody's way: what waits in the outbox is sent all the same.
export async function takeUp(person) {
  for (const found of notesOf(person)) {
    try {
      await put(found);
      if (isStill(found)) forget(found.id);
    } catch (error) {
      if (!store.isFull(error)) console.warn(error);
    }
  }
}

const isStill = ({ id, raw }) => place().getItem(NAME + id) === raw;

async function put(found) {
  if (await store.get(found.id)) return write(found);
  const { id, user, fields, action, base } = found;
  try {
    return await store.newItem({ id, user, fields, action, base });
  } catch (error) {
    if (error.name !== "ConstraintError") throw error;
    return write(found);
  }
}

// The page that noted it may have kept it after all, and more.
function write(found) {
  return store.change(found.id, (item) => {
    if (!isStill(found) || JSON.stringify(item.fields) === JSON.stringify(found.fields)) return;
    store.write(item, found.fields, { wants: "draft", seen: Math.min(found.seen, item.written) });
  });
}
