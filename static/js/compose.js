// The form for a post. Files are sent ahead while the rest is written; the text is mirrored in the preview.
// Without this script the files travel with the form.

const form = document.getElementById("inlagg");
const input = document.getElementById("id_uploads");
const list = document.getElementById(input.dataset.list);
const status = document.getElementById("upload-status");
let sending = 0;

// --- files, one after the other ------------------------------------------------------------------

input.addEventListener("change", async () => {
  const files = [...input.files];
  input.value = "";
  for (const file of files) await send(file);
});

async function send(file) {
  const tile = waiting(file);
  list.append(tile);
  // The server would hang up in the middle, and nobody could be told why.
  if (file.size > Number(input.dataset.most)) return failed(tile, file, input.dataset.tooLarge);
  sending += 1;
  try {
    const html = await upload(file, (percent) => tell(tile, percent));
    const made = fragment(html);
    tile.replaceWith(made);
    htmx.process(made);
    status.textContent = "";
  } catch (error) {
    failed(tile, file, error.message);
  } finally {
    sending -= 1;
    if (!sending) form.dispatchEvent(new Event("uploaded"));
  }
}

function upload(file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", input.dataset.upload);
    request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(Math.floor((100 * event.loaded) / event.total));
    });
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(request.responseText);
      else reject(new Error([422, 429].includes(request.status) ? request.responseText : ""));
    });
    request.addEventListener("error", () => reject(new Error("")));
    const body = new FormData();
    body.append("file", file);
    request.send(body);
  });
}

function waiting(file) {
  const tile = document.createElement("li");
  tile.className = "shot";
  const state = document.createElement("p");
  state.className = "photo shot__photo shot__wait";
  const words = document.createElement("span");
  state.append(words);
  tile.append(state);
  tile.words = words;
  tell(tile, 0);
  return tile;
}

function tell(tile, percent) {
  tile.words.textContent = `${input.dataset.sending}, ${percent} %`;
  status.textContent = percent === 0 ? `${input.dataset.sending} …` : status.textContent;
}

function failed(tile, file, why) {
  const again = button(input.dataset.retry, () => { tile.remove(); send(file); });
  const away = button(input.dataset.remove, () => tile.remove());
  const words = document.createElement("p");
  words.className = "shot__why";
  words.textContent = why || `${file.name} ${input.dataset.failed}`;
  tile.classList.add("shot--bad");
  tile.replaceChildren(words, again, away);
  status.textContent = words.textContent;
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn--small";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.querySelector("li");
}

// A tile that is taken away is gone at once; without the script its tick takes it away when the form is sent.
list.addEventListener("change", (event) => {
  if (event.target.name !== "remove") return;
  event.target.closest("li").remove();
  input.focus();
});

// Whoever presses the button while a file is on its way means it: the form follows when the file is there.
form.addEventListener("submit", (event) => {
  if (!sending) return;
  event.preventDefault();
  const pressed = event.submitter;
  status.textContent = `${input.dataset.sending} …`;
  form.addEventListener("uploaded", () => form.requestSubmit(pressed), { once: true });
});

// --- the preview -----------------------------------------------------------------------------------

const mirror = document.querySelector("[data-mirror]");
const text = document.getElementById(mirror.dataset.mirror);
text.addEventListener("input", () => { mirror.textContent = text.value.trim() || mirror.dataset.empty; });

const note = document.querySelector("[data-mirror-note]");
const credit = document.getElementById(note.dataset.mirrorNote);
const nameThePhotographer = () => {
  note.textContent = credit.value.trim() ? `${note.dataset.prefix} ${credit.value.trim()}` : "";
};
credit.addEventListener("input", nameThePhotographer);
nameThePhotographer();

const picture = document.getElementById("preview-picture");
const showFirst = () => {
  const first = list.querySelector("img");
  if (first?.src === picture.querySelector("img")?.src) return;
  const copy = first?.cloneNode();
  if (copy) Object.assign(copy, { className: "preview__img", alt: "" });
  picture.replaceChildren(...(copy ? [copy] : []));
};
new MutationObserver(showFirst).observe(list, { childList: true, subtree: true });

document.getElementById("fel")?.focus();
