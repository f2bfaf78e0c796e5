// [data-copy="text"] puts the text on the clipboard and says [data-copied]. Hidden until the clipboard is there.
import { say } from "./say.js";

export function prepareCopy(root = document) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  say(button.dataset.copied);
});
