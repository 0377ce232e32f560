// Counts down, once a second, what the server has said in seconds. The server alone decides when it is too late: here the
// words change. What is read aloud is the sentence as it came; the numbers that follow are for the eye.

const ends = new WeakMap();

function left(place) {
  if (!ends.has(place)) {
    ends.set(place, performance.now() + 1000 * Number(place.dataset.seconds));
    place.setAttribute("aria-live", "off");
  }
  return Math.max(0, Math.ceil((ends.get(place) - performance.now()) / 1000));
}

function words(place, seconds) {
  if (!seconds) return place.dataset.over;
  if (seconds >= 120) return place.dataset.minutes.replace("#", Math.ceil(seconds / 60));
  return seconds === 1 ? place.dataset.one : place.dataset.some.replace("#", seconds);
}

function tick() {
  for (const place of document.querySelectorAll("[data-seconds]")) {
    const all = Number(place.dataset.seconds);
    if (!all) continue;
    const seconds = left(place);
    const said = words(place, seconds);
    if (place.textContent !== said) place.textContent = said;
    const box = place.closest(".toast, .regret");
    box?.querySelector(".ring__bar")?.setAttribute("stroke-dasharray", `${(100 * seconds) / all} 100`);
    const button = box?.querySelector("[data-while-counting]");
    if (button && !seconds) button.hidden = true;
  }
}

setInterval(tick, 1000);
tick();
