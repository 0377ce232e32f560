// Blur, crop and turn on the phone, before anything is sent. The chosen picture is opened in a dialog; what comes out is a
// new JPEG, upright and without what a camera writes into files. The original is in no field of the form: it is neither
// stored nor sent, and when the dialog is closed nothing of it is left. `blur-first.js` opens it.

import { ARROWS, element, stageOf, unturned } from "../stage.js";

// More than anybody is shown, and less than an old phone can hold.
const MOST_PIXELS = 12e6;
const ON_SCREEN = 1400;
const QUALITY = 0.92;
// As at the server (`posts.media.retouch`): too few colours for a face, a number or a word.
const MOST_BLOCKS = 4;
const SMALLEST_BLOCK = 16;
const STEPS = 16;
const LEAST = 2;

const dialog = document.getElementById("sudda");

/** A new file, or null when somebody thought better of it or the picture cannot be opened. */
export const edit = (file) => open(file, rendered);

/** What was drawn on a picture that the server has: it does the same, and throws the old one away. */
export const drawn = (address) => open(address, (_picture, state) => state);

async function open(source, make) {
  const isSent = typeof source === "string";
  const find = (selector) => dialog.querySelector(selector);
  const trouble = find("[data-trouble]");
  const stage = find(".stage");
  stage.replaceChildren();
  let picture = null;
  try {
    picture = isSent ? await decoded(source) : await opened(source);
    trouble.hidden = true;
  } catch {
    trouble.hidden = false;
  }
  for (const part of dialog.querySelectorAll("[data-needs-picture]")) part.hidden = !picture;
  for (const part of dialog.querySelectorAll("[data-sent]")) part.hidden = (part.dataset.sent === "yes") !== isSent;
  dialog.showModal();
  const address = picture && await onScreen(picture);
  const editor = picture && editorOf(picture, address, find);
  const made = await closed(editor && (() => make(picture, editor.state())));
  editor?.end();
  if (address) URL.revokeObjectURL(address);
  // Old phones let go of a canvas only when it has no size.
  if (picture) picture.width = picture.height = 0;
  return made;
}

/** Until one of the two buttons is pressed, or Esc. */
function closed(make) {
  return new Promise((resolve) => {
    let made = null;
    const over = new AbortController();
    const on = (target, name, act) => target.addEventListener(name, act, { signal: over.signal });
    on(dialog, "close", () => { over.abort(); resolve(made); });
    on(dialog.querySelector("[data-cancel]"), "click", () => dialog.close());
    on(dialog.querySelector("[data-done]"), "click", async () => {
      if (!make || dialog.hasAttribute("aria-busy")) return;
      dialog.setAttribute("aria-busy", "true");
      made = await make();
      dialog.removeAttribute("aria-busy");
      dialog.close();
    });
  });
}

// --- pictures ------------------------------------------------------------------------------------------------------

/** The picture as it is seen, upright, on a canvas. Rejects what this phone cannot show. */
async function opened(file) {
  const address = URL.createObjectURL(file);
  try {
    return await decoded(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

async function decoded(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  if (!width || !height) throw new Error("a picture without sides");
  return copied(image, width, height, Math.min(1, Math.sqrt(MOST_PIXELS / (width * height))));
}

function copied(source, width, height, scale) {
  const canvas = sheet(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const pen = canvas.getContext("2d");
  // A picture may be transparent, and a JPEG is not.
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function sheet(width, height) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  return canvas;
}

async function onScreen(picture) {
  const scale = Math.min(1, ON_SCREEN / Math.max(picture.width, picture.height));
  const small = copied(picture, picture.width, picture.height, scale);
  return URL.createObjectURL(await jpeg(small));
}

const jpeg = (canvas) => new Promise((resolve, reject) => {
  canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY);
});

/** Boxes blurred, then the rest cut away, then turned: as at the server. The name of the original may tell something. */
async function rendered(picture, { boxes, crop, turn }) {
  for (const box of boxes) hide(picture, inPixels(box, picture));
  const part = inPixels(crop ?? { left: 0, top: 0, width: 100, height: 100 }, picture);
  const isTurned = turn % 180 !== 0;
  const made = sheet(isTurned ? part.height : part.width, isTurned ? part.width : part.height);
  const pen = made.getContext("2d");
  pen.translate(made.width / 2, made.height / 2);
  pen.rotate(turn * Math.PI / 180);
  pen.drawImage(picture, part.x, part.y, part.width, part.height, -part.width / 2, -part.height / 2, part.width, part.height);
  return new File([await jpeg(made)], "bild.jpg", { type: "image/jpeg" });
}

/** Every pixel that a box touches, and at least one. */
function inPixels(box, { width, height }) {
  const [x, y] = [Math.floor(box.left * width / 100), Math.floor(box.top * height / 100)];
  const right = Math.min(width, Math.ceil((box.left + box.width) * width / 100));
  const bottom = Math.min(height, Math.ceil((box.top + box.height) * height / 100));
  return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
}

/** Nothing of the box is left but a handful of colours, and what stands there is made of those alone. */
function hide(picture, { x, y, width, height }) {
  const pen = picture.getContext("2d");
  const side = Math.max(SMALLEST_BLOCK, Math.max(width, height) / MOST_BLOCKS);
  const few = sheet(Math.max(1, Math.floor(width / side)), Math.max(1, Math.floor(height / side)));
  const colours = few.getContext("2d").createImageData(few.width, few.height);
  const pixels = pen.getImageData(x, y, width, height).data;
  for (let row = 0; row < few.height; row += 1) {
    for (let column = 0; column < few.width; column += 1) {
      const colour = meanOf(pixels, width, spanOf(column, few.width, width), spanOf(row, few.height, height));
      colours.data.set([...colour, 255], 4 * (row * few.width + column));
    }
  }
  few.getContext("2d").putImageData(colours, 0, 0);
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  pen.imageSmoothingQuality = "high";
  pen.drawImage(few, x, y, width, height);
  pen.restore();
}

const spanOf = (index, of, length) => [Math.floor(index * length / of), Math.floor((index + 1) * length / of)];

function meanOf(pixels, width, [left, right], [top, bottom]) {
  const sums = [0, 0, 0];
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      for (let part = 0; part < 3; part += 1) sums[part] += pixels[4 * (y * width + x) + part];
    }
  }
  const step = 256 / STEPS;
  return sums.map((sum) => Math.floor(sum / ((right - left) * (bottom - top)) / step) * step + step / 2);
}

// --- the editor ----------------------------------------------------------------------------------------------------

// What is drawn lives in one plain object, in hundredths of the picture; every step keeps the one before it.
function editorOf(picture, address, find) {
  const { width, height } = picture;
  const words = find("[data-words]").dataset;
  const svg = find(".stage");
  const group = element("g", {});
  const image = element("image", { href: address, width, height, preserveAspectRatio: "none" });
  const drawing = element("g", {});
  group.append(image, drawing);
  svg.append(group);
  const stage = stageOf({ svg, group, width, height, handles: 50, least: LEAST });
  const { shade, inside, at } = stage;
  const over = new AbortController();
  const on = (target, name, act) => target.addEventListener(name, act, { signal: over.signal });
  const earlier = [];
  let state = { boxes: [], crop: null, turn: 0 };
  let mode = "blur";
  let chosen = null;
  let hand = null;

  const say = (text) => { find("[data-said]").textContent = text; };
  const remember = () => { earlier.push(JSON.stringify(state)); };
  const change = (how) => { remember(); how(); render(); };
  const boxAt = (index) => (index === "crop" ? state.crop : state.boxes[index]);
  const put = (index, box) => { if (index === "crop") state.crop = box; else state.boxes[index] = box; };

  function render() {
    stage.turn(state.turn);
    drawing.replaceChildren();
    state.boxes.forEach((box, index) => drawing.append(item(box, index, "stage__blur", `${words.box} ${index + 1}`)));
    if (state.crop) drawing.append(shade(state.crop), item(state.crop, "crop", "stage__crop", words.crop));
    find("[data-undo]").disabled = !earlier.length;
    find("[data-add]").hidden = mode !== "blur";
    find("[data-remove]").disabled = chosen === null;
    for (const each of dialog.querySelectorAll("[data-mode]")) each.setAttribute("aria-pressed", String(each.dataset.mode === mode));
    for (const each of dialog.querySelectorAll("[data-how]")) each.hidden = each.dataset.how !== mode;
    if (chosen !== null) drawing.querySelector(`[data-index="${chosen}"]`)?.focus({ preventScroll: true });
  }

  function item(box, index, look, label) {
    const made = stage.item(box, index, look, label, index === chosen);
    made.addEventListener("focus", () => { chosen = index; find("[data-remove]").disabled = false; });
    return made;
  }

  function add() {
    change(() => { state.boxes.push({ left: 40, top: 40, width: 20, height: 20 }); chosen = state.boxes.length - 1; });
  }

  function remove(index) {
    if (index === null || !boxAt(index)) return;
    change(() => { if (index === "crop") state.crop = null; else state.boxes.splice(index, 1); chosen = null; });
    say(words.removed);
  }

  function undo() {
    if (!earlier.length) return;
    state = JSON.parse(earlier.pop());
    chosen = null;
    render();
    say(words.undone);
  }

  // --- keys: as the eye sees it, also when the picture is turned

  on(drawing, "keydown", (event) => {
    const target = event.target.closest("[data-index]");
    if (!target || event.ctrlKey || event.metaKey || event.altKey) return;
    const index = indexOf(target);
    if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); remove(index); return; }
    if (!ARROWS[event.key]) return;
    event.preventDefault();
    const [x, y] = unturned(ARROWS[event.key], state.turn);
    const box = boxAt(index);
    if (!event.repeat) remember();
    chosen = index;
    put(index, inside(event.shiftKey
      ? { ...box, width: box.width + x, height: box.height + y }
      : { ...box, left: box.left + x, top: box.top + y }));
    render();
  });

  // --- pointer: finger, pen and mouse alike

  const indexOf = (target) => (target.dataset.index === "crop" ? "crop" : Number(target.dataset.index));

  on(svg, "pointerdown", (event) => {
    if (event.button || hand) return;
    const held = event.target.closest("[data-index]");
    const [x, y] = at(event);
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    hand = { id: event.pointerId, x, y, before: JSON.stringify(state), moved: false };
    if (held && !(mode === "blur" && held.dataset.index === "crop")) {
      hand.index = indexOf(held);
      hand.box = { ...boxAt(hand.index) };
      hand.sizes = event.target.hasAttribute("data-handle");
      chosen = hand.index;
    }
  });

  on(svg, "pointermove", (event) => {
    if (!hand || event.pointerId !== hand.id) return;
    const [x, y] = at(event);
    if (!hand.moved && Math.hypot(x - hand.x, y - hand.y) < LEAST) return;
    hand.moved = true;
    if (hand.index === undefined) draw(x, y);
    else if (hand.sizes) put(hand.index, inside({ ...hand.box, width: x - hand.box.left, height: y - hand.box.top }));
    else put(hand.index, inside({ ...hand.box, left: hand.box.left + x - hand.x, top: hand.box.top + y - hand.y }));
    render();
  });

  function draw(x, y) {
    const box = { left: Math.min(x, hand.x), top: Math.min(y, hand.y), width: Math.abs(x - hand.x), height: Math.abs(y - hand.y) };
    hand.drawn ??= mode === "crop" ? "crop" : state.boxes.length;
    put(hand.drawn, box);
    chosen = hand.drawn;
  }

  const letGo = (event) => {
    if (!hand || event.pointerId !== hand.id) return;
    const done = hand;
    hand = null;
    if (done.moved) {
      const index = done.index ?? done.drawn;
      put(index, inside(boxAt(index)));
      earlier.push(done.before);
    }
    render();
  };
  on(svg, "pointerup", letGo);
  on(svg, "pointercancel", (event) => {
    if (!hand || event.pointerId !== hand.id) return;
    state = JSON.parse(hand.before);
    hand = null;
    render();
  });

  on(dialog, "click", (event) => {
    const pressed = event.target.closest("button");
    if (!pressed) return;
    if (pressed.matches("[data-add]")) add();
    if (pressed.matches("[data-remove]")) remove(chosen);
    if (pressed.matches("[data-undo]")) undo();
    if (pressed.matches("[data-mode]")) { mode = pressed.dataset.mode; render(); }
    if (pressed.matches("[data-turn]")) change(() => { state.turn = (state.turn + Number(pressed.dataset.turn) + 360) % 360; });
  });

  render();
  return { state: () => state, end: () => { over.abort(); svg.replaceChildren(); } };
}
