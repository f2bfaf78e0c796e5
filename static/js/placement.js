// [data-placement]: one page of the PDF with a box where each signer signs, drawn from the form's own controls.
// The form (the element's closest <form>, or data-form="id") holds one [data-placement-row] for each signature, with
// data-name (the signer) or controls [data-placement-name] or named "-name" and "-surname", and for page and place
// [data-placement-page] or name ending in "-page" or "-pages", and [data-placement-place] or name ending in "-place".
// A page is "3", "1, 3, 5-7", "all" or "last". A place is <top|middle|bottom>_<left|centre|right>.
// data-box-width, data-box-height, data-margin: the box and its distance from the edges, in PDF points.
// Inside: [data-placement-sheet], buttons [data-placement-do="previous|next"], [data-placement-count], [data-placement-problem].
import { fill, openDocument, paint } from "./document.js";

const PARTS = { left: 0, top: 0, centre: 0.5, center: 0.5, middle: 0.5, right: 1, bottom: 1 };

export function pagesOf(text, last) {
  const found = new Set();
  for (const part of String(text).toLowerCase().split(/[,;\s]+/)) {
    if (part === "all") for (let page = 1; page <= last; page += 1) found.add(page);
    else if (part === "last") found.add(last);
    else {
      const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
      if (from) for (let page = Number(from); page <= Math.min(Number(to ?? from), last); page += 1) found.add(page);
    }
  }
  return found;
}

export function boxOf(place, sheet, box) {
  const [down, across] = place.split("_");
  const room = { x: sheet.width - box.width - 2 * box.margin, y: sheet.height - box.height - 2 * box.margin };
  return { left: box.margin + room.x * (PARTS[across] ?? 0.5), top: box.margin + room.y * (PARTS[down] ?? 0.5) };
}

function chosen(row, mark, ending) {
  const controls = row.querySelectorAll(`[data-placement-${mark}], [name$="-${ending}"], [name$="-${ending}s"]`);
  const control = [...controls].find((one) => (one.type === "radio" ? one.checked : true));
  return control ? control.value : "";
}

function nameOf(row) {
  if (row.dataset.name) return row.dataset.name;
  const parts = row.querySelectorAll('[data-placement-name], [name$="-name"], [name$="-surname"]');
  return [...parts].map((part) => (part.selectedOptions?.[0]?.text ?? part.value).trim()).filter(Boolean).join(" ");
}

class Placement {
  constructor(root) {
    this.root = root;
    this.form = root.dataset.form ? document.getElementById(root.dataset.form) : root.closest("form");
    this.sheet = root.querySelector("[data-placement-sheet]");
    this.box = {
      width: Number(root.dataset.boxWidth), height: Number(root.dataset.boxHeight), margin: Number(root.dataset.margin),
    };
    this.page = 1;
  }

  async start() {
    this.document = await openDocument(this.root);
    const first = this.rows()[0];
    this.page = first ? Math.min(...pagesOf(first.pages, this.document.numPages), this.document.numPages) : 1;
    await this.show(this.page);
    this.form.addEventListener("input", (event) => this.follow(event));
    this.form.addEventListener("change", (event) => this.follow(event));
    this.form.addEventListener("sigillo:rows", () => this.draw());
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-placement-do]");
      if (button) this.show(this.page + (button.dataset.placementDo === "next" ? 1 : -1));
    });
    new ResizeObserver(() => this.draw()).observe(this.sheet);
  }

  rows() {
    return [...this.form.querySelectorAll("[data-placement-row]")].filter((row) => !row.hidden).map((row, index) => ({
      row,
      number: index + 1,
      name: nameOf(row) || String(index + 1),
      pages: chosen(row, "page", "page"),
      place: chosen(row, "place", "place"),
    }));
  }

  // The page of the row that one is changing comes into view.
  follow(event) {
    const row = event.target.closest("[data-placement-row]");
    const pages = row && pagesOf(chosen(row, "page", "page"), this.document.numPages);
    if (pages?.size && !pages.has(this.page)) this.show(Math.min(...pages));
    else this.draw();
  }

  async show(number) {
    this.page = Math.min(Math.max(number, 1), this.document.numPages);
    const page = await this.document.getPage(this.page);
    this.size = page.getViewport({ scale: 1 });
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    await paint(page, canvas, Math.max(240, this.sheet.clientWidth));
    this.sheet.querySelector("canvas")?.remove();
    this.sheet.prepend(canvas);
    this.draw();
    const count = this.root.querySelector("[data-placement-count]");
    count.textContent = fill(this.root.dataset.textCount, { page: this.page, pages: this.document.numPages });
    this.root.querySelector('[data-placement-do="previous"]').disabled = this.page <= 1;
    this.root.querySelector('[data-placement-do="next"]').disabled = this.page >= this.document.numPages;
  }

  draw() {
    for (const old of this.sheet.querySelectorAll(".placement__box")) old.remove();
    const names = [...new Set(this.rows().map((item) => item.name))];
    for (const item of this.rows()) {
      if (!item.place || !pagesOf(item.pages, this.document.numPages).has(this.page)) continue;
      const at = boxOf(item.place, this.size, this.box);
      const mark = document.createElement("div");
      mark.className = `placement__box placement__box--${(names.indexOf(item.name) % 6) + 1}`;
      mark.textContent = item.name;
      mark.style.left = `${(100 * at.left) / this.size.width}%`;
      mark.style.top = `${(100 * at.top) / this.size.height}%`;
      mark.style.width = `${(100 * this.box.width) / this.size.width}%`;
      mark.style.height = `${(100 * this.box.height) / this.size.height}%`;
      this.sheet.append(mark);
    }
  }
}

for (const element of document.querySelectorAll("[data-placement]")) {
  new Placement(element).start().catch((error) => {
    console.warn(error);
    element.querySelector("[data-placement-problem]").hidden = false;
  });
}
