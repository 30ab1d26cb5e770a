// Forms are sent once, and what was typed in them does not stay behind.

export function guardForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pagehide", () => {
    for (const field of document.querySelectorAll("#card, #delegate, #pin, [type=password]")) field.value = "";
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}

function grouped(ten) {
  return [ten.slice(0, 3), ten.slice(3, 6), ten.slice(6)].filter(Boolean).join("-");
}

// Ten digits typed by hand are shown three, three and four, and so are those of two slips. Anything else is left as
// the scanner typed it.
export function groupDigits(field) {
  // What came back with a refusal is typed over. Never what a scanner has typed while this page was loading.
  if (field.value && field.value === field.defaultValue) field.select();
  field.addEventListener("input", () => {
    const digits = field.value.replace(/[\s-]/g, "");
    if (!/^(\d{0,10}|\d{20})$/.test(digits) || field.selectionStart !== field.value.length) return;
    field.value = [digits.slice(0, 10), digits.slice(10)].filter(Boolean).map(grouped).join(" ");
  });
}

const SETTLE_MS = 500;

// Some scanners end with two Enters: the second must not be the one that pays.
function settle(button) {
  const ready = performance.now() + SETTLE_MS;
  button.focus();
  const hold = (event) => event.key === "Enter" && performance.now() < ready && event.preventDefault();
  button.addEventListener("keydown", hold);
}

// Enter in the card field goes on to the PIN or to the pay button: paying is always an Enter of its own.
export function readCard(form) {
  const card = form.querySelector("#card");
  const next = form.querySelector("#delegate") ?? form.querySelector("#pin") ?? form.querySelector("#pay");
  card.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    // A scanner that reads the machine-readable zone sends an Enter after each of its three lines of thirty.
    if (/^id/i.test(card.value) && card.value.replace(/\s/g, "").length < 90) return;
    if (card.value.trim()) settle(next);
  });
  // A mouse that chose the notes must not leave the scanner typing into a choice. (A key's click has no detail.)
  form.querySelector(".mix")?.addEventListener("click", (event) => {
    if (event.detail && event.target.matches("[type=radio]:not([value=own])") && !card.value) card.focus();
  });
  // Notes that are typed are the notes that are paid, whatever was chosen before.
  form.querySelector(".mix .notes")?.addEventListener("input", () => {
    form.querySelector("[name=mix][value=own]").checked = true;
  });
  form.querySelector("#delegate")?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (event.target.value.trim()) settle(form.querySelector("#pay"));
  });
  form.querySelector("#pin")?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (event.target.reportValidity()) settle(form.querySelector("#pay"));
  });
}

// Enter after the PIN goes to the button: sending is always an Enter of its own.
export function readPin(form) {
  form.querySelector("#pin").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (event.target.reportValidity()) settle(form.querySelector("#pay"));
  });
}

// A scanner ends with Enter: it goes on to the next field, and from the last one to the button.
export function walk(field) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (!field.value.trim()) return;
    const fields = [...field.form.querySelectorAll("[data-next]")].filter((one) => !one.closest("[hidden]"));
    const choice = field.closest("label").nextElementSibling?.querySelector("[type=radio]:checked");
    const next = choice ?? fields[fields.indexOf(field) + 1];
    if (next) next.focus();
    else settle(field.form.querySelector(".primary"));
  });
}

// What a card is for: chosen by arrow keys, taken by Enter. Where no amount is needed, none is asked for.
export function choose(choices) {
  const amount = choices.form.elements.amount;
  const show = () => (amount.closest("label").hidden = ["reprint", "delegations"].includes(choices.form.elements.what.value));
  choices.addEventListener("change", show);
  choices.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (amount.closest("label").hidden) settle(choices.form.querySelector(".primary"));
    else amount.focus();
  });
  show();
}
