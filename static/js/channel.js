// Where the film stands in its preview is where a picture is taken out of it.

document.addEventListener("timeupdate", tell, true);
document.addEventListener("seeked", tell, true);

function tell(event) {
  const field = document.querySelector("[data-film-time]");
  if (!field || !event.target.matches?.(".preview__film")) return;
  field.value = event.target.currentTime.toFixed(1).replace(".", ",");
}
