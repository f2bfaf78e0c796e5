// Opens a PDF with pdf.js and paints its pages. The addresses of the library stand on the element, so that hashed
// names of static files work: data-url (the PDF), data-library, data-worker, data-fonts, data-decoders.
const MOST_PIXELS = 16_000_000; // of a canvas; beyond this phones give up

export async function openDocument(element) {
  const { url, library, worker, fonts, decoders } = element.dataset;
  const pdfjs = await import(library);
  pdfjs.GlobalWorkerOptions.workerSrc = worker;
  return pdfjs.getDocument({
    url,
    standardFontDataUrl: fonts,
    wasmUrl: decoders,
    useWasm: false, // our Content-Security-Policy forbids WebAssembly
    enableXfa: false,
    disableAutoFetch: true,
  }).promise;
}

// Paints a page so that it is `width` CSS pixels wide; resolves to the size in CSS pixels.
export async function paint(page, canvas, width) {
  const natural = page.getViewport({ scale: 1 });
  const scale = width / natural.width;
  const height = natural.height * scale;
  const density = Math.min(window.devicePixelRatio || 1, 2, Math.sqrt(MOST_PIXELS / (width * height)));
  const viewport = page.getViewport({ scale: scale * density });
  canvas.width = Math.floor(viewport.width);
  canvas.height = Math.floor(viewport.height);
  await page.render({ canvas, canvasContext: canvas.getContext("2d"), viewport, annotationMode: 1 }).promise;
  return { width, height };
}

export async function textOf(page) {
  const content = await page.getTextContent();
  return content.items.map((item) => item.str + (item.hasEOL ? "\n" : "")).join("").trim();
}

export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
