// A form with [data-autosubmit] is sent when one of its controls changes (filters, a month). Its button stays for
// those without JavaScript and is hidden here: mark it with [data-autosubmit-button].
export function prepareAutosubmit(root = document) {
  for (const button of root.querySelectorAll("[data-autosubmit] [data-autosubmit-button]")) button.hidden = true;
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form && event.target.type !== "search" && event.target.type !== "text") form.requestSubmit();
});
