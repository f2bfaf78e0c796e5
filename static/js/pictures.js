// <form data-side>: a picture goes up as soon as it is taken or chosen (htmx), and one sees how far it is. The button to send
// it is for those without JavaScript.
function prepare(root) {
  for (const button of root.querySelectorAll("[data-side] .side__send")) button.hidden = true;
}

const barOf = (event) => event.target.closest?.("[data-side]")?.querySelector("progress");

document.addEventListener("htmx:xhr:loadstart", (event) => { const bar = barOf(event); if (bar) bar.hidden = false; });
document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = barOf(event);
  if (bar && event.detail.lengthComputable) bar.value = Math.round((100 * event.detail.loaded) / event.detail.total);
});
document.addEventListener("htmx:xhr:loadend", (event) => { const bar = barOf(event); if (bar) bar.hidden = true; });
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
document.body.classList.add("has-script");
prepare(document);
