// A form that is checked while one types. <form data-checked> posts itself by htmx when a field is left; the answer fills the
// feedback beside the fields out of band. Here: what htmx cannot do by itself.
//   data-field="name" around a control; its feedback has the id <control>_feedback
//   data-shown-for="name:value|value" on a control or a block: hidden unless that field has one of these values
// Without it everything is shown, and the server checks when the form is sent.
const AGAIN_MS = 500;

// A field that was refused is checked again while it is mended, not only when it is left.
let timer = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-checked]");
  if (!form || !event.target.closest(".field--invalid, .field--odd")) return;
  clearTimeout(timer);
  timer = setTimeout(() => window.htmx?.trigger(form, "check"), AGAIN_MS);
});

// Once the form is sent, checking it is the answer's business.
document.addEventListener("submit", (event) => { if (event.target.dataset.checked !== undefined) event.target.dataset.sent = ""; });
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.closest("form[data-checked]")?.dataset.sent !== undefined) event.preventDefault();
});
// Back again by the browser's own button, from its memory: the form is there to be filled in.
window.addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent; });

// Nothing is taken from under the fingers of who is typing in it.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target?.contains(document.activeElement)) event.detail.shouldSwap = false;
});

// What was ticked or written below "Is this right all the same?" while an answer was on its way stands as it is.
let answered = null;
const boxesIn = (confirm) => [...confirm.querySelectorAll("input[type=checkbox]")];
const reasonIn = (confirm) => confirm.querySelector("[name$=confirmation_reason]");
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const confirm = event.detail.target;
  if (confirm?.id === "confirm")
    answered = { boxes: new Map(boxesIn(confirm).map((box) => [box.value, box.checked])), reason: reasonIn(confirm)?.value };
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const confirm = event.detail.target;
  if (confirm?.id !== "confirm" || !answered) return;
  for (const box of boxesIn(confirm)) box.checked = answered.boxes.get(box.value) ?? box.checked;
  const reason = reasonIn(confirm);
  if (reason && answered.reason !== undefined) reason.value = answered.reason;
});

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const feedback = event.detail.target;
  if (!feedback?.id.endsWith("_feedback")) return;
  const field = feedback.closest("[data-field]");
  const isInvalid = Boolean(feedback.querySelector(".field__error"));
  field?.classList.toggle("field--invalid", isInvalid);
  field?.classList.toggle("field--odd", Boolean(feedback.querySelector(".field__warning")));
  for (const control of field?.querySelectorAll("input, select, textarea") ?? [])
    if (isInvalid) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
});

// What follows from the rest goes into fields that are empty; what was typed stands as it is kept.
document.addEventListener("sigillo:fill", (event) => {
  const form = event.target.closest("form[data-checked]");
  if (!form) return;
  const set = (name, value, isWanted) => {
    const control = form.elements[name];
    if (control && isWanted(control)) control.value = value;
  };
  for (const [name, value] of Object.entries(event.detail.fill ?? {})) set(name, value, (control) => !control.value);
  for (const [name, value] of Object.entries(event.detail.tidied ?? {}))
    set(name, value, (control) => control !== document.activeElement && control.type !== "radio" && control.type !== "date");
  fit(form);
});

function valueOf(form, name) {
  const control = form.elements[name];
  return control instanceof RadioNodeList ? control.value : (control?.value ?? "");
}

function fit(form) {
  for (const element of form.querySelectorAll("[data-shown-for]")) {
    const [name, values] = element.dataset.shownFor.split(":");
    (element.closest("[data-field]") ?? element).hidden = !values.split("|").includes(valueOf(form, name));
  }
}

function prepare(root) {
  for (const form of root.querySelectorAll("form")) if (form.querySelector("[data-shown-for]")) fit(form);
}

document.addEventListener("change", (event) => { if (event.target.form) fit(event.target.form); });
prepare(document);
