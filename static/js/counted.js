// How long the description of a picture is while it is written, by the channel with the least room.

const tell = (field) => {
  const count = document.getElementById(field.dataset.counted);
  const length = [...field.value].length;
  count.querySelector("[data-count]").textContent = length;
  count.classList.toggle("count--over", length > Number(field.dataset.most));
};

document.addEventListener("input", (event) => { if (event.target.dataset?.counted) tell(event.target); });
for (const field of document.querySelectorAll("[data-counted]")) tell(field);
