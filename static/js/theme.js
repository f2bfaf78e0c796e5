// Light, dark, or as the system is. A classic script in <head>, so that the choice stands before the first paint.
(() => {
  const KEY = "sigillo-theme";
  const read = () => { try { return localStorage.getItem(KEY) || "system"; } catch { return "system"; } };
  const apply = (choice) => {
    if (choice === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
  };
  apply(read());

  const show = (choice) => {
    for (const button of document.querySelectorAll("[data-theme-choice]"))
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  };
  document.addEventListener("DOMContentLoaded", () => {
    for (const group of document.querySelectorAll("[data-theme-switcher]")) group.hidden = false;
    show(read());
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (!button) return;
    const choice = button.dataset.themeChoice;
    try { localStorage.setItem(KEY, choice); } catch { /* private window: the choice lasts for this page */ }
    apply(choice);
    show(choice);
  });
})();
