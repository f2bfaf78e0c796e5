// Shows only the fields that apply to the chosen kind and country, and which of them may stay empty. Without it all are there, and the server decides.
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

// What the server asks for does not say that it may stay empty.
function needs() {
  return {
    vat_number: kind.value === "eu_business",
    tax_code: kind.value === "consumer",
    recipient_code: kind.value === "public_body",
  };
}

function fit() {
  if (ITALIAN.includes(kind.value)) form.elements.country.value = "IT";
  for (const [name, isShown] of Object.entries(applies())) {
    const field = form.elements[name]?.closest(".field");
    if (field) field.hidden = !isShown;
  }
  for (const [name, isNeeded] of Object.entries(needs())) {
    const optional = form.elements[name]?.closest(".field")?.querySelector(".field__optional");
    if (optional) optional.hidden = isNeeded;
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
