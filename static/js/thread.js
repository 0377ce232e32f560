// A thread's texts, each in a field of its own. An emptied one is put away when it is left, and there is always an empty
// one at the end; so the numbers of the fields are those of the parts that are saved.

const thread = document.getElementById("trad");

function parts() {
  return [...thread.querySelectorAll(".parts__i")];
}

function renumber() {
  parts().forEach((part, index) => {
    const number = index + 1;
    const field = part.querySelector("textarea");
    const count = part.querySelector(".count");
    const label = part.querySelector("label");
    field.id = `del-${number}`;
    label.htmlFor = field.id;
    if (!("nextPart" in part.dataset)) label.textContent = label.textContent.replace(/\d+|$/, ` ${number + 1}`).replace("  ", " ").trim();
    if (count) count.id = `antal-del-${number}`;
  });
}

function begin(last) {
  const next = last.cloneNode(true);
  next.querySelector("textarea").value = "";
  delete last.dataset.nextPart;
  last.querySelector("label").textContent = parts()[0].querySelector("label").textContent;
  const count = document.createElement("div");
  count.className = "count";
  count.setAttribute("role", "status");
  last.append(count);
  last.after(next);
  renumber();
}

if (thread) {
  renumber();
  thread.addEventListener("input", (event) => {
    const part = event.target.closest(".parts__i");
    if (part && "nextPart" in part.dataset && event.target.value.trim()) begin(part);
  });
  thread.addEventListener("focusout", (event) => {
    const part = event.target.closest(".parts__i");
    if (!part || "nextPart" in part.dataset || event.target.value.trim() || parts().length < 3) return;
    part.remove();
    renumber();
  });
}
