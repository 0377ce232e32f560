// A picture's tools. What is drawn lives in one plain object; every step keeps the one before it, so that a step can be
// taken back. The numbers in the form are what is sent: without this script they are typed.

import { ARROWS, stageOf, unturned } from "./stage.js";

// --- as large as the screen --------------------------------------------------------------------------------------

const stageOfFull = document.querySelector(".full__stage");
if (stageOfFull) {
  const picture = stageOfFull.querySelector("img");
  const percent = document.querySelector("[data-percent]");
  let zoom = 0;
  const whole = () => Math.min(stageOfFull.clientWidth / picture.width0, stageOfFull.clientHeight / picture.height0, 1);
  [picture.width0, picture.height0] = [Number(picture.getAttribute("width")), Number(picture.getAttribute("height"))];

  const show = (wanted) => {
    const middle = [
      (stageOfFull.scrollLeft + stageOfFull.clientWidth / 2) / stageOfFull.scrollWidth,
      (stageOfFull.scrollTop + stageOfFull.clientHeight / 2) / stageOfFull.scrollHeight,
    ];
    zoom = wanted > whole() * 1.01 ? Math.min(wanted, 4) : 0;
    stageOfFull.classList.toggle("full__stage--zoomed", Boolean(zoom));
    picture.style.width = zoom ? `${Math.round(picture.width0 * zoom)}px` : "";
    percent.textContent = `${Math.round((zoom || whole()) * 100)} %`;
    stageOfFull.scrollTo(
      middle[0] * stageOfFull.scrollWidth - stageOfFull.clientWidth / 2,
      middle[1] * stageOfFull.scrollHeight - stageOfFull.clientHeight / 2,
    );
  };
  const steps = { in: () => (zoom || whole()) * 1.5, out: () => (zoom || whole()) / 1.5, whole: () => 0 };
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => show(steps[button.dataset.zoom]()));
  }
  stageOfFull.addEventListener("dblclick", () => show(zoom ? 0 : 1));
  let held = null;
  stageOfFull.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && zoom) held = [event.clientX + stageOfFull.scrollLeft, event.clientY + stageOfFull.scrollTop];
  });
  window.addEventListener("pointermove", (event) => { if (held) stageOfFull.scrollTo(held[0] - event.clientX, held[1] - event.clientY); });
  window.addEventListener("pointerup", () => { held = null; });
  picture.addEventListener("dragstart", (event) => event.preventDefault());
  document.querySelector("[data-zooms]").hidden = false;
  show(0);
  window.addEventListener("resize", () => show(zoom));
}

// --- the tools ---------------------------------------------------------------------------------------------------

const form = document.getElementById("verktyg");
if (form) start(form);

function start(form) {
  const PARTS = ["left", "top", "width", "height"];
  const LEAST = 1;
  const svg = document.getElementById("bilden");
  const group = svg.querySelector(".stage__picture");
  const drawing = svg.querySelector(".stage__boxes");
  const [width, height] = [Number(svg.dataset.width), Number(svg.dataset.height)];
  const stage = stageOf({ svg, group, width, height, handles: 72, least: LEAST });
  const { shade, inside, at } = stage;
  const find = (selector) => form.querySelector(selector);
  const words = find("[data-words]").dataset;
  const lists = { blur: find('[data-boxes="blur"]'), crop: find('[data-boxes="crop"]') };
  const rounded = (value) => Math.round(value * 100) / 100;

  let state = {
    turn: Number(find("[name=turn]:checked")?.value ?? 0), boxes: typed("blur"), crop: typed("crop")[0] ?? null, taken: [],
    shape: find("[name=shape]:checked")?.value ?? "", channel: find("[name=channel]:checked")?.value ?? "",
  };
  // What each channel shows now, where that is a part of the picture.
  const own = Object.fromEntries([...form.querySelectorAll("[name=channel]")].map((field) => [field.value, boxOf(field)]));
  let chosen = null;
  let mode = state.channel || new URLSearchParams(location.search).has("beskar") ? "crop" : "blur";
  const earlier = [];

  // --- the state and its steps

  function typed(name) {
    return [...lists[name].children]
      .map((row) => Object.fromEntries(PARTS.map((part) => [part, read(row, name, part)])))
      .filter((box) => PARTS.every((part) => Number.isFinite(box[part])) && box.width > 0 && box.height > 0);
  }

  function boxOf(field) {
    if (!field.dataset.box) return null;
    const [left, top, w, h] = field.dataset.box.split(" ").map(Number);
    return { left, top, width: w, height: h };
  }

  function read(row, name, part) {
    const text = row.querySelector(`[name=${name}_${part}]`).value.trim().replace(",", ".");
    return text === "" ? NaN : Number(text);
  }

  const remember = () => { earlier.push(JSON.stringify(state)); };
  const change = (how) => { remember(); how(); render(); };

  function undo() {
    if (!earlier.length) return;
    state = JSON.parse(earlier.pop());
    chosen = null;
    render();
    say(words.undone);
  }

  const say = (text) => { find("[data-said]").textContent = text; };

  // --- drawing

  function render() {
    stage.turn(state.turn);
    drawing.replaceChildren();
    for (const face of faces()) drawing.append(suggestion(face));
    state.boxes.forEach((box, index) => drawing.append(item(box, index, `stage__blur`, `${words.box} ${index + 1}`)));
    if (state.crop) drawing.append(shade(state.crop), item(state.crop, "crop", "stage__crop", words.crop));
    fill();
    svg.classList.add("stage--drawing");
    if (chosen !== null) drawing.querySelector(`[data-index="${chosen}"]`)?.focus({ preventScroll: true });
  }

  function item(box, index, look, label) {
    const made = stage.item(box, index, look, label, index === chosen);
    made.addEventListener("focus", () => { chosen = index; });
    return made;
  }

  const suggestion = ({ value, box }) => stage.framed(box, "stage__face", { "data-face": value, "aria-label": `${words.face} ${Number(value) + 1}` });

  /** The numbers of the form, made from the state. */
  function fill() {
    const rows = state.boxes.map((box, index) => row("blur", box, index));
    lists.blur.replaceChildren(...rows);
    const crop = lists.crop.firstElementChild;
    for (const part of PARTS) crop.querySelector(`[name$=_${part}]`).value = state.crop ? rounded(state.crop[part]) : "";
    for (const radio of form.querySelectorAll("[name=turn]")) radio.checked = Number(radio.value) === state.turn;
    for (const name of ["shape", "channel"]) {
      for (const radio of form.querySelectorAll(`[name=${name}]`)) radio.checked = radio.value === state[name];
    }
    for (const pick of form.querySelectorAll("[data-channels]")) pick.hidden = !isOffered(pick, state.channel);
    for (const box of form.querySelectorAll("[name=face]")) {
      box.closest("li").hidden = state.taken.includes(box.value);
      box.checked = false;
    }
    const all = find("[data-all-faces]");
    if (all) all.hidden = !faces().length;
    find("[data-undo]").disabled = !earlier.length;
    find("[data-uncrop]").hidden = !state.crop;
    for (const button of form.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    for (const part of form.querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== mode;
  }

  function row(name, box, index) {
    const made = find("[data-row]").content.firstElementChild.cloneNode(true);
    made.querySelector("[data-number]").textContent = index + 1;
    for (const part of PARTS) {
      const field = made.querySelector(`[name=${name}_${part}]`);
      field.value = rounded(box[part]);
      field.addEventListener("change", () => {
        const value = read(made, name, part);
        if (Number.isFinite(value)) change(() => { state.boxes[index] = inside({ ...box, [part]: value }); });
        else field.value = rounded(box[part]);
      });
    }
    made.querySelector("[data-remove]").addEventListener("click", () => remove(index));
    return made;
  }

  // --- faces

  function faces() {
    return [...form.querySelectorAll("[name=face]")]
      .filter((field) => !state.taken.includes(field.value))
      .map((field) => ({ value: field.value, box: boxOf(field) }));
  }

  function accept(wanted) {
    const found = faces().filter((face) => wanted.includes(face.value));
    if (!found.length) return;
    change(() => {
      for (const face of found) { state.boxes.push(face.box); state.taken.push(face.value); }
      chosen = state.boxes.length - 1;
    });
  }

  // --- boxes

  const boxAt = (index) => (index === "crop" ? state.crop : state.boxes[index]);
  const put = (index, box) => { if (index === "crop") state.crop = box; else state.boxes[index] = box; };

  function remove(index) {
    change(() => {
      if (index === "crop") { state.crop = null; freeShape(); } else state.boxes.splice(index, 1);
      chosen = null;
    });
    say(words.removed);
  }

  function add() {
    change(() => { state.boxes.push({ left: 40, top: 40, width: 20, height: 20 }); chosen = state.boxes.length - 1; });
  }

  function freeShape() { state.shape = ""; }

  const isOffered = (pick, channel) => !channel || pick.dataset.channels.split(" ").includes(channel);

  /** The channel's own part, as long as nobody has drawn another: what is drawn goes along. */
  function cropFor(channel) {
    const isDrawn = state.crop && !Object.values(own).some((box) => box && PARTS.every((part) => Math.abs(box[part] - state.crop[part]) < 0.01));
    if (!isDrawn) state.crop = own[channel] ?? null;
    state.channel = channel;
    const pick = find(`[name=shape][value="${state.shape}"]`)?.closest("[data-channels]");
    if (pick && !isOffered(pick, channel)) freeShape();
  }

  /** How wide to how high, in hundredths of the picture, for the turned picture to have the chosen form. */
  function proportion() {
    if (!state.shape) return null;
    const [wide, high] = state.shape.split(":").map(Number);
    const ratio = state.turn % 180 ? high / wide : wide / high;
    return ratio * height / width;
  }

  function largest(wanted) {
    const [w, h] = wanted > 1 ? [100, 100 / wanted] : [100 * wanted, 100];
    return { left: (100 - w) / 2, top: (100 - h) / 2, width: w, height: h };
  }

  function shaped(box, wanted) {
    if (!wanted) return box;
    const w = Math.min(box.width, (100 - box.top) * wanted, 100 - box.left);
    return { ...box, width: w, height: w / wanted };
  }

  // --- keys: as the eye sees it, also when the picture is turned

  drawing.addEventListener("keydown", (event) => {
    const target = event.target.closest("[data-index], [data-face]");
    if (!target || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.dataset.face !== undefined) {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); accept([target.dataset.face]); }
      return;
    }
    const index = target.dataset.index === "crop" ? "crop" : Number(target.dataset.index);
    if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); return remove(index); }
    if (!ARROWS[event.key]) return;
    event.preventDefault();
    const [x, y] = unturned(ARROWS[event.key], state.turn);
    const box = boxAt(index);
    if (!event.repeat) remember();
    chosen = index;
    const moved = event.shiftKey
      ? { ...box, width: box.width + x, height: box.height + y }
      : { ...box, left: box.left + x, top: box.top + y };
    put(index, inside(index === "crop" && event.shiftKey ? shaped(inside(moved), proportion()) : moved));
    render();
  });

  // --- pointer: mouse, finger and pen alike

  let hand = null;

  svg.addEventListener("pointerdown", (event) => {
    if (event.button || hand) return;
    const face = event.target.closest("[data-face]");
    const held = event.target.closest("[data-index]");
    const [x, y] = at(event);
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    hand = { id: event.pointerId, x, y, before: JSON.stringify(state), face: face?.dataset.face, moved: false };
    if (held && !(mode === "blur" && held.dataset.index === "crop")) {
      hand.index = held.dataset.index === "crop" ? "crop" : Number(held.dataset.index);
      hand.box = { ...boxAt(hand.index) };
      hand.sizes = event.target.hasAttribute("data-handle");
      chosen = hand.index;
    }
  });

  svg.addEventListener("pointermove", (event) => {
    if (!hand || event.pointerId !== hand.id) return;
    const [x, y] = at(event);
    if (!hand.moved && Math.hypot(x - hand.x, y - hand.y) < LEAST) return;
    hand.moved = true;
    if (hand.index === undefined) draw(x, y);
    else if (hand.sizes) resize(x, y);
    else put(hand.index, inside({ ...hand.box, left: hand.box.left + x - hand.x, top: hand.box.top + y - hand.y }));
    render();
  });

  function draw(x, y) {
    const box = { left: Math.min(x, hand.x), top: Math.min(y, hand.y), width: Math.abs(x - hand.x), height: Math.abs(y - hand.y) };
    hand.drawn ??= mode === "crop" ? "crop" : state.boxes.length;
    put(hand.drawn, hand.drawn === "crop" ? shaped(box, proportion()) : box);
    chosen = hand.drawn;
  }

  function resize(x, y) {
    const box = { ...hand.box, width: Math.max(x - hand.box.left, LEAST), height: Math.max(y - hand.box.top, LEAST) };
    put(hand.index, inside(hand.index === "crop" ? shaped(box, proportion()) : box));
  }

  const letGo = (event) => {
    if (!hand || event.pointerId !== hand.id) return;
    const done = hand;
    hand = null;
    if (!done.moved) { if (done.face !== undefined) accept([done.face]); else render(); return; }
    const index = done.index ?? done.drawn;
    if (index !== undefined) put(index, inside(boxAt(index)));
    earlier.push(done.before);
    render();
  };
  svg.addEventListener("pointerup", letGo);
  svg.addEventListener("pointercancel", (event) => {
    if (!hand || event.pointerId !== hand.id) return;
    state = JSON.parse(hand.before);
    hand = null;
    render();
  });

  // --- buttons and fields

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches("[data-add]")) add();
    if (button.matches("[data-undo]")) undo();
    if (button.matches("[data-uncrop]")) remove("crop");
    if (button.matches("[data-all-faces]")) accept(faces().map((face) => face.value));
    if (button.matches("[data-mode]")) { mode = button.dataset.mode; fill(); }
    if (button.matches("[data-turn]")) {
      change(() => { state.turn = (state.turn + Number(button.dataset.turn) + 360) % 360; if (state.crop && proportion()) state.crop = largest(proportion()); });
    }
  });

  form.addEventListener("change", (event) => {
    const field = event.target;
    if (field.name === "face" && field.checked) accept([field.value]);
    if (field.name === "channel") change(() => cropFor(field.value));
    if (field.name === "shape") change(() => { state.shape = field.value; const wanted = proportion(); if (wanted) { state.crop = largest(wanted); chosen = "crop"; } });
    if (field.name?.startsWith("crop_")) {
      const [box] = typed("crop");
      change(() => { state.crop = box ? inside(box) : null; freeShape(); });
    }
  });

  // Enter in a field of numbers is no order to save.
  form.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.matches("input")) event.preventDefault(); });
  document.body.addEventListener("htmx:afterSwap", (event) => { if (form.contains(event.target) || event.target.id === "ansikten") render(); });

  for (const shown of form.querySelectorAll("[data-modes], [data-turns], [data-add], [data-undo], [data-how]")) shown.hidden = false;
  for (const put of form.querySelectorAll("[data-turn-choices], [data-without-script]")) put.hidden = true;
  render();
}

