// Says a sentence in the live region: read aloud, and shown as a toast for some seconds. With isSeen the page shows it
// already, and it is only read aloud.
const SHOWN_MS = 5000;

export function say(text, { isSeen = false } = {}) {
  const region = document.querySelector("[data-live-region]");
  if (!region || !text) return;
  const toast = document.createElement("div");
  toast.className = isSeen ? "visually-hidden" : "toast";
  toast.textContent = text;
  region.append(toast);
  setTimeout(() => toast.remove(), SHOWN_MS);
}

// From a script with detail = text; from the server by HX-Trigger, where htmx wraps it as detail.value.
window.addEventListener("sigillo:say", (event) => say(event.detail?.value ?? event.detail));
