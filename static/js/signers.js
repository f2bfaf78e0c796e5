// Rows of a Django formset: [data-rows="prefix"] around them, each row a [data-row], a <template data-row-template>
// with __prefix__ in names, and buttons [data-row-add], [data-row-remove], [data-row-up], [data-row-down] (the last two
// optional). Rows are renumbered, [data-row-number] shows the number, TOTAL_FORMS follows. A row that the server knows
// already (INITIAL_FORMS) is marked with its DELETE field instead of taken out. data-min, data-max: how many rows.
// Without JavaScript the rows that the server rendered are there to fill.
import { say } from "./say.js";

const NAMES = ["name", "id", "for", "aria-describedby", "aria-labelledby", "data-error-for"];

class Rows {
  constructor(root) {
    this.root = root;
    this.prefix = root.dataset.rows;
    this.form = root.closest("form");
    this.total = this.form.elements[`${this.prefix}-TOTAL_FORMS`];
    this.initial = Number(this.form.elements[`${this.prefix}-INITIAL_FORMS`]?.value ?? 0);
    this.template = root.querySelector("template[data-row-template]");
    this.min = Number(root.dataset.min ?? 1);
    this.max = Number(root.dataset.max ?? 1000);
    root.addEventListener("click", (event) => this.act(event));
    for (const button of this.root.querySelectorAll("[data-row-add], [data-row-remove], [data-row-up], [data-row-down]"))
      button.hidden = false;
    this.renumber();
  }

  get rows() {
    return [...this.root.querySelectorAll("[data-row]")];
  }

  get shown() {
    return this.rows.filter((row) => !row.hidden);
  }

  act(event) {
    const row = event.target.closest("[data-row]");
    if (event.target.closest("[data-row-add]")) this.add();
    else if (event.target.closest("[data-row-remove]")) this.remove(row);
    else if (event.target.closest("[data-row-up]")) this.move(row, -1);
    else if (event.target.closest("[data-row-down]")) this.move(row, 1);
  }

  add() {
    if (this.shown.length >= this.max) return;
    const row = this.template.content.firstElementChild.cloneNode(true);
    for (const button of row.querySelectorAll("[data-row-remove], [data-row-up], [data-row-down]")) button.hidden = false;
    const last = this.rows.at(-1);
    if (last) last.after(row);
    else this.template.before(row);
    this.renumber();
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    this.tell();
  }

  remove(row) {
    if (this.shown.length <= this.min) return;
    const gone = row.querySelector(`input[name$="-DELETE"]`);
    if (gone && this.rows.indexOf(row) < this.initial) {
      gone.checked = true;
      gone.value = "on";
      row.hidden = true;
    } else {
      row.remove();
    }
    this.renumber();
    (this.shown.at(-1)?.querySelector("[data-row-remove]:not([hidden])") ?? this.root.querySelector("[data-row-add]"))?.focus();
    this.tell();
  }

  // What was typed moves with the row; only the numbers in its names change.
  move(row, step) {
    const shown = this.shown;
    const other = shown[shown.indexOf(row) + step];
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    this.renumber();
    row.querySelector(step < 0 ? "[data-row-up]" : "[data-row-down]")?.focus();
    this.tell();
  }

  renumber() {
    const pattern = new RegExp(`${this.prefix}-(\\d+|__prefix__)-`, "g");
    // Radio buttons lose their choice when two groups share a name for a moment: remember it, set it again.
    const checked = this.rows.map((row) => [...row.querySelectorAll("input[type=radio]:checked, input[type=checkbox]:checked")]);
    this.rows.forEach((row, index) => {
      for (const element of [row, ...row.querySelectorAll("*")])
        for (const name of NAMES) {
          const value = element.getAttribute(name);
          if (value?.includes(`${this.prefix}-`)) element.setAttribute(name, value.replace(pattern, `${this.prefix}-${index}-`));
        }
    });
    for (const control of checked.flat()) control.checked = true;
    this.total.value = String(this.rows.length);
    const shown = this.shown;
    shown.forEach((row, index) => {
      for (const label of row.querySelectorAll("[data-row-number]")) label.textContent = String(index + 1);
      for (const button of row.querySelectorAll("[data-row-remove]")) button.hidden = shown.length <= this.min;
      for (const button of row.querySelectorAll("[data-row-up], [data-row-down]")) button.hidden = shown.length < 2;
      for (const button of row.querySelectorAll("[data-row-up]")) button.disabled = index === 0;
      for (const button of row.querySelectorAll("[data-row-down]")) button.disabled = index === shown.length - 1;
    });
    const add = this.root.querySelector("[data-row-add]");
    if (add) add.disabled = shown.length >= this.max;
  }

  tell() {
    if (this.root.dataset.textCount) say(this.root.dataset.textCount.replace("{count}", String(this.shown.length)));
    this.form.dispatchEvent(new CustomEvent("sigillo:rows", { bubbles: true }));
  }
}

function prepare(root) {
  for (const element of root.querySelectorAll("[data-rows]:not(.is-started)")) {
    element.classList.add("is-started");
    new Rows(element);
  }
}

prepare(document);
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
