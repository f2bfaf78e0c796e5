// Shows only the fields that apply to the chosen kind and country. Without it all are there, and the server decides.
const form = document.querySelector("[data-organisation-form]");
const kind = form?.querySelector("[data-organisation-kind]");

const ITALIAN = ["business", "professional", "public_body"];

function applies() {
  const isItalian = ITALIAN.includes(kind.value);
  const isPerson = kind.value === "consumer";
  const isPublic = kind.value === "public_body";
  const isInItaly = form.elements.country.value === "IT";
  return {
    country: !isItalian,
    vat_number: !isPerson,
    tax_code: isItalian || (isPerson && isInItaly),
    province: isInItaly,
    recipient_code: isItalian,
    pec: isInItaly,
    contract_reference: isPublic,
    cig: isPublic,
    cup: isPublic,
  };
}

function fit() {
  if (ITALIAN.includes(kind.value)) form.elements.country.value = "IT";
  for (const [name, isShown] of Object.entries(applies())) {
    const field = form.elements[name]?.closest(".field");
    if (field) field.hidden = !isShown;
  }
  for (const group of form.querySelectorAll("fieldset")) {
    group.hidden = !group.querySelector(".field:not([hidden])");
  }
}

if (kind) {
  kind.addEventListener("change", fit);
  form.elements.country.addEventListener("change", fit);
  fit();
}
