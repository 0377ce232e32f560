// The buttons that open the editor (`blur.js`), which is fetched when somebody wants it; and what one can do when somebody in
// a picture was not asked: blur it, or take another one.
//
// Before a picture is sent: what came out is dispatched on #inlagg as `new CustomEvent("chosen", {detail: {files: [File]}})`,
// and is to be treated as if it had been chosen in #id_uploads. The original is in no field of the form: it is neither
// stored nor sent. A picture that the server has already is changed by the server, which throws the old one away.

const form = document.getElementById("inlagg");
const list = document.getElementById("shots");
const status = document.getElementById("upload-status");
const dialog = document.getElementById("sudda");
const button = document.querySelector("[data-blur-first]");
const input = document.getElementById("id_blur");

if (dialog?.showModal && button && input) {
  form.dataset.draws = "";
  button.hidden = false;
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    const { edit } = await import("./blur.js");
    const made = await edit(file);
    if (made) form.dispatchEvent(new CustomEvent("chosen", { detail: { files: [made] } }));
    button.focus();
  });
  list.addEventListener("click", async (event) => {
    const pressed = event.target.closest("[data-redraw]");
    if (!pressed) return;
    const { drawn } = await import("./blur.js");
    const state = await drawn(pressed.dataset.picture);
    if (state && (state.boxes.length || state.crop || state.turn)) await redraw(pressed.closest("li"), pressed.dataset.redraw, state);
  });
}

// --- somebody in it was not asked --------------------------------------------------------------------------------------

const blurIt = document.querySelector("[data-blur-it]");
const swapIt = document.querySelector("[data-swap-it]");
const other = document.querySelector("[data-other]");
blurIt.hidden = !("draws" in form.dataset);

// Of several pictures nobody knows which is meant: then both lead up to them, and each has its own tools.
blurIt.addEventListener("click", (event) => withTheOne(event, async (tile) => {
  const change = tile.querySelector("[data-redraw]");
  if (change) return change.click();
  const [{ edit }, file] = await Promise.all([import("./blur.js"), onThePhone(tile)]);
  const made = file && await edit(file);
  if (made) insteadOf(tile.id, [made]);
}));

swapIt.addEventListener("click", (event) => withTheOne(event, () => other.click()));

// Who is to be seen in another picture is another question.
other.addEventListener("change", () => {
  const files = [...other.files];
  other.value = "";
  if (!files.length || list.children.length !== 1) return;
  insteadOf(list.firstElementChild.id, files);
  const answer = form.querySelector("[name=people]:checked");
  answer.checked = false;
  answer.dispatchEvent(new Event("change", { bubbles: true }));
});

function withTheOne(event, act) {
  if (list.children.length !== 1) return;
  event.preventDefault();
  act(list.firstElementChild);
}

// What waits to be sent, as it was chosen.
async function onThePhone(tile) {
  const store = await import("./store.js");
  const item = await store.get(form.elements.client_id.value);
  const file = item?.files.find((each) => each.id === tile.querySelector("[name=media]").value && each.type.startsWith("image/"));
  return file && store.blob(item.id, file);
}

// It may have come up meanwhile: then its tile is another one.
function insteadOf(id, files) {
  form.dispatchEvent(new CustomEvent("chosen", { detail: { files } }));
  const tile = document.getElementById(id);
  if (tile) takeAway(tile);
}

function takeAway(tile) {
  const tick = tile.querySelector("[name=remove]");
  if (!tick) return [...tile.querySelectorAll("button")].at(-1)?.click();
  tick.checked = true;
  tick.dispatchEvent(new Event("change", { bubbles: true }));
  return tile.remove();
}

// --- a picture that the server has ---------------------------------------------------------------------------------------

async function redraw(tile, address, state) {
  const words = dialog.querySelector("[data-words]").dataset;
  tile.setAttribute("aria-busy", "true");
  status.textContent = words.saving;
  let why = words.failed;
  try {
    const body = new URLSearchParams({ drawn: JSON.stringify(state) });
    const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value } });
    if (answer.status === 201) {
      replace(tile, await answer.text());
      status.textContent = words.saved;
      return;
    }
    if ([409, 422].includes(answer.status)) why = await answer.text();
  } catch { /* No coverage: the picture is as it was, and says so. */ }
  tile.removeAttribute("aria-busy");
  trouble(tile, why);
}

/** The new one in the old one's place, with what was written about it; the old one goes as if it was taken away. */
function replace(tile, html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  const made = template.content.querySelector("li");
  const [written, field] = [tile, made].map((each) => each.querySelector("textarea"));
  if (written?.value) {
    field.value = written.value;
    field.closest("details").open = true;
  }
  tile.before(made);
  takeAway(tile);
  made.querySelector("[data-redraw]")?.focus();
}

function trouble(tile, why) {
  tile.querySelector(".shot__why")?.remove();
  const words = document.createElement("p");
  words.className = "shot__why";
  words.textContent = why;
  tile.querySelector(".shot__tools").before(words);
  status.textContent = why;
}
