// On every page: dialogs and menus, copying, filters that send themselves, the live region, refused forms.
// What only some pages need (dropzone.js, signers.js, viewer.js, placement.js) those pages load in {% block scripts %}.
import "./dialog.js";
import { prepareAutosubmit } from "./autosubmit.js";
import { prepareCopy } from "./copy.js";
import "./say.js";

function prepare(root) {
  prepareCopy(root);
  prepareAutosubmit(root);
}

prepare(document);
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));

// A refused form comes back with its summary in focus, so that a reader of the screen hears it first.
document.querySelector("[data-error-summary]")?.focus();
