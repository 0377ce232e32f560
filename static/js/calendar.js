// Dragging a post to another day, and out of the reserve. The page works without it: each post leads to a form. What the
// server refuses lies where it lay, with the reason above the table.

const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const no = document.querySelector("#nej");
let dragged = null;

function refuse(reason, way) {
  no.hidden = false;
  no.querySelector("[data-reason]").textContent = reason;
  const choose = no.querySelector("[data-choose]");
  choose.hidden = !way;
  if (way) choose.href = way;
  no.scrollIntoView({ block: "nearest" });
}

async function send(address, fields, way) {
  const answer = await fetch(address, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "X-CSRFToken": token(), "X-Dragged": "1" },
  }).catch(() => null);
  if (answer?.ok) return location.reload();
  const isTold = answer?.headers.get("content-type")?.startsWith("application/json");
  const reason = isTold ? (await answer.json()).reason : no.dataset.lost;
  return refuse(reason, answer?.status === 422 ? way : "");
}

/** Where it may be put: a day to come, on its own channel. */
function placeFor(target) {
  const place = target.closest?.("td[data-day]");
  if (!place || !dragged) return null;
  const channels = (dragged.dataset.channels ?? dragged.dataset.channel).trim().split(" ");
  return channels.includes(place.dataset.channel) && !place.contains(dragged) ? place : null;
}

function mark(place) {
  for (const over of document.querySelectorAll("td.is-over")) if (over !== place) over.classList.remove("is-over");
  place?.classList.add("is-over");
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-drop], [data-post]") ?? null;
  if (!dragged) return;
  dragged.classList.add("is-dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
});

document.addEventListener("dragover", (event) => {
  const place = placeFor(event.target);
  mark(place);
  if (place) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const place = placeFor(event.target);
  if (!place) return;
  event.preventDefault();
  const { seen, drop, post } = dragged.dataset;
  if (drop) send(drop, { seen, day: place.dataset.day }, dragged.href);
  else {
    const fill = document.querySelector(".cal").dataset.fill;
    const way = dragged.querySelector("a").href;
    send(fill, { seen, post, kanal: place.dataset.channel, dag: place.dataset.day }, way);
  }
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged = null;
  mark(null);
});

// A suggested time is put into the field.
for (const row of document.querySelectorAll("[data-suggested]")) {
  row.hidden = false;
  row.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-at]");
    if (!button) return;
    const field = row.closest("form").querySelector("[name=at]");
    field.value = button.dataset.at;
    field.focus();
  });
}
