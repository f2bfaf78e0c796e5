// [data-viewer]: all pages of a PDF below each other, painted when they come near; zoom, page count, keyboard.
// Each canvas is a picture to the eye; the page's own text stands beside it for screen readers.
// Inside: [data-viewer-pages] (scrolls), [data-viewer-count], buttons [data-viewer-do="previous|next|in|out|fit"],
// [data-viewer-problem]. Texts: data-text-page, data-text-count with {page} and {pages}.
import { fill, openDocument, paint, textOf } from "./document.js";

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];

class Viewer {
  constructor(root) {
    this.root = root;
    this.scroller = root.querySelector("[data-viewer-pages]");
    this.count = root.querySelector("[data-viewer-count]");
    this.zoom = 1;
    this.current = 1;
    this.sheets = [];
  }

  async start() {
    this.document = await openDocument(this.root);
    const first = await this.document.getPage(1);
    const size = first.getViewport({ scale: 1 });
    for (let number = 1; number <= this.document.numPages; number += 1) this.addSheet(number, size);
    this.resize();
    this.observe();
    this.listen();
    this.tell(1);
    this.root.classList.add("is-ready");
  }

  addSheet(number, size) {
    const sheet = document.createElement("section");
    sheet.className = "viewer__sheet";
    sheet.setAttribute("aria-label", fill(this.root.dataset.textPage, { page: number, pages: this.document.numPages }));
    sheet.dataset.page = number;
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    const text = document.createElement("div");
    text.className = "visually-hidden";
    sheet.append(canvas, text);
    this.scroller.append(sheet);
    this.sheets.push({ number, sheet, canvas, text, ratio: size.height / size.width, painted: 0 });
  }

  get width() {
    const box = getComputedStyle(this.scroller);
    const room = this.scroller.clientWidth - parseFloat(box.paddingLeft) - parseFloat(box.paddingRight);
    return Math.max(120, Math.floor(Math.min(room, 900) * this.zoom));
  }

  resize() {
    for (const item of this.sheets) this.shape(item);
  }

  shape({ sheet, ratio }) {
    sheet.style.width = `${this.width}px`;
    sheet.style.height = `${Math.round(this.width * ratio)}px`;
  }

  observe() {
    this.near = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.show(this.sheets[Number(entry.target.dataset.page) - 1]);
    }, { root: this.scroller, rootMargin: "600px 0px" });
    this.seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.tell(Number(entry.target.dataset.page));
    }, { root: this.scroller, rootMargin: "-45% 0px -45% 0px" });
    for (const { sheet } of this.sheets) { this.near.observe(sheet); this.seen.observe(sheet); }
  }

  async show(item) {
    const width = this.width;
    if (item.painted === width) return;
    item.painted = width;
    const page = await this.document.getPage(item.number);
    const natural = page.getViewport({ scale: 1 });
    item.ratio = natural.height / natural.width;
    this.shape(item);
    if (!item.text.textContent) item.text.textContent = await textOf(page);
    // A canvas can hold one painting at a time: a new size gets a new canvas.
    const canvas = item.canvas.cloneNode(false);
    await paint(page, canvas, width);
    if (item.painted !== width) return;
    item.canvas.replaceWith(canvas);
    item.canvas = canvas;
  }

  tell(page) {
    this.current = page;
    const text = fill(this.root.dataset.textCount, { page, pages: this.document.numPages });
    if (this.count.textContent !== text) this.count.textContent = text;
    this.button("previous").disabled = page <= 1;
    this.button("next").disabled = page >= this.document.numPages;
  }

  button(name) {
    return this.root.querySelector(`[data-viewer-do="${name}"]`);
  }

  go(page) {
    const item = this.sheets[Math.min(Math.max(page, 1), this.sheets.length) - 1];
    this.scroller.scrollTo({ top: item.sheet.offsetTop - this.scroller.offsetTop - 12 });
    this.tell(item.number);
  }

  scale(zoom) {
    const page = this.current;
    this.zoom = zoom;
    this.button("in").disabled = zoom >= ZOOMS.at(-1);
    this.button("out").disabled = zoom <= ZOOMS[0];
    this.resize();
    this.go(page);
    for (const item of this.sheets) if (item.painted) { this.near.unobserve(item.sheet); this.near.observe(item.sheet); }
  }

  listen() {
    const actions = {
      previous: () => this.go(this.current - 1),
      next: () => this.go(this.current + 1),
      in: () => this.scale(ZOOMS.find((zoom) => zoom > this.zoom) ?? this.zoom),
      out: () => this.scale(ZOOMS.findLast((zoom) => zoom < this.zoom) ?? this.zoom),
      fit: () => this.scale(1),
    };
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-viewer-do]");
      if (button) actions[button.dataset.viewerDo]?.();
    });
    const keys = { PageDown: "next", PageUp: "previous", "+": "in", "-": "out", 0: "fit" };
    this.scroller.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
      event.preventDefault();
      actions[keys[event.key]]();
    });
    let waiting = 0;
    new ResizeObserver(() => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.scale(this.zoom), 150);
    }).observe(this.scroller);
  }
}

function prepare(root) {
  for (const element of root.querySelectorAll("[data-viewer]:not(.is-started)")) {
    element.classList.add("is-started");
    new Viewer(element).start().catch((error) => {
      console.warn(error);
      element.querySelector("[data-viewer-problem]").hidden = false;
      element.classList.add("has-failed");
    });
  }
}

prepare(document);
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
