// Says a sentence in the live region: read aloud, and shown as a toast for some seconds.
const SHOWN_MS = 5000;

export function say(text) {
  const region = document.querySelector("[data-live-region]");
  if (!region || !text) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.textContent = text;
  region.append(toast);
  setTimeout(() => toast.remove(), SHOWN_MS);
}

window.addEventListener("sigillo:say", (event) => say(event.detail));
