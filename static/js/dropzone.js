// [data-dropzone] around a file input: drop or choose, name and size shown, type and size checked before the upload.
// data-accept (as the accept attribute), data-max-bytes; texts in data-text-*. The server checks again, by content.
// A <form data-upload> shows how far its upload is; without JavaScript it posts as any form does.
import { say } from "./say.js";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

function readableSize(bytes) {
  let power = 0;
  let size = bytes;
  while (size >= 1000 && power < UNITS.length - 1) { size /= 1000; power += 1; }
  const style = { style: "unit", unit: UNITS[power], maximumFractionDigits: power > 1 ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang, style).format(size);
}

function isAccepted(file, accept) {
  const name = file.name.toLowerCase();
  return accept.split(",").map((kind) => kind.trim().toLowerCase()).filter(Boolean)
    .some((kind) => (kind.startsWith(".") ? name.endsWith(kind) : file.type === kind));
}

function problemOf(file, zone) {
  const text = zone.dataset;
  if (file.size > Number(text.maxBytes)) return text.textTooLarge;
  if (file.size === 0) return text.textEmpty;
  if (!isAccepted(file, text.accept)) return text.textWrongType;
  return "";
}

function enhance(zone) {
  const input = zone.querySelector('input[type="file"]');
  if (!input || zone.classList.contains("is-enhanced")) return;
  const shown = zone.querySelector("[data-dropzone-file]");
  const problem = zone.querySelector("[data-dropzone-problem]");
  const prompt = zone.querySelector("[data-dropzone-prompt]");
  const firstPrompt = prompt.textContent;
  zone.classList.add("is-enhanced");
  input.accept = zone.dataset.accept;

  const show = () => {
    const file = input.files[0];
    const text = file ? problemOf(file, zone) : "";
    problem.textContent = text;
    problem.hidden = !text;
    shown.hidden = !file;
    shown.textContent = file ? `${file.name} (${readableSize(file.size)})` : "";
    prompt.textContent = file ? zone.dataset.textAnother : firstPrompt;
    zone.classList.toggle("is-filled", Boolean(file) && !text);
    zone.classList.toggle("is-refused", Boolean(text));
    input.setCustomValidity(text);
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (file && !text) say(`${zone.dataset.textChosen} ${file.name}`, { isSeen: true });
  };

  input.addEventListener("change", show);
  for (const name of ["dragenter", "dragover"])
    zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("is-over"); });
  for (const name of ["dragleave", "drop"])
    zone.addEventListener(name, () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer?.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    show();
  });
}

// fetch() cannot tell how far an upload is, so the form goes by XMLHttpRequest and the answer takes the page's place.
function showUpload(form) {
  form.addEventListener("submit", (event) => {
    const zone = form.querySelector("[data-dropzone]");
    const input = zone?.querySelector('input[type="file"]');
    if (!input?.files.length || event.defaultPrevented) return;
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    const box = zone.querySelector("[data-dropzone-progress]");
    const bar = box.querySelector("progress");
    const [label, share] = box.querySelectorAll(".progress__label span");
    const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
    share.textContent = percent.format(0);
    box.hidden = false;
    const buttons = [...form.querySelectorAll('button[type="submit"]')];
    for (const button of buttons) button.disabled = true;
    say(zone.dataset.textUploading, { isSeen: true });

    const request = new XMLHttpRequest();
    request.open("POST", form.action || location.href);
    request.upload.addEventListener("progress", (step) => {
      if (!step.lengthComputable) return;
      bar.value = Math.round((100 * step.loaded) / step.total);
      share.textContent = percent.format(bar.value / 100);
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value"); // how long the check takes is not known
      label.textContent = zone.dataset.textChecking;
      share.textContent = "";
      say(zone.dataset.textChecking, { isSeen: true });
    });
    request.addEventListener("load", () => {
      const sameAddress = request.responseURL === (form.action || location.href);
      if (!sameAddress) { location.assign(request.responseURL); return; }
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      document.title = answer.title;
      document.querySelector("main").replaceWith(answer.querySelector("main") ?? answer.body);
      prepare(document);
      document.querySelector("[data-error-summary], .errorlist, [aria-invalid]")?.scrollIntoView({ block: "center" });
      document.querySelector("[data-error-summary]")?.focus();
    });
    request.addEventListener("error", () => {
      for (const button of buttons) button.disabled = false;
      box.hidden = true;
      HTMLFormElement.prototype.submit.call(form);
    });
    request.send(data);
  });
}

function prepare(root) {
  for (const zone of root.querySelectorAll("[data-dropzone]")) enhance(zone);
  for (const form of root.querySelectorAll("form[data-upload]")) showUpload(form);
}

prepare(document);
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
