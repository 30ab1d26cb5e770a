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

const ZONE_MS = 900;

export function readCard(form) {
  const card = form.querySelector("#card");
  let typedAt = 0;
  card.addEventListener("keydown", (event) => {
    // A scanner that reads the machine-readable zone sends an Enter after each of its three lines of thirty; a person
    // whose zone is short strikes Enter once more after a moment, and reads what is wrong.
    const short = /^id/i.test(card.value) && card.value.replace(/\s/g, "").length < 90;
    if (event.key !== "Enter") typedAt = performance.now();
    else if (short && performance.now() - typedAt < ZONE_MS) event.preventDefault();
  });
  // A mouse that chose the notes must not leave the scanner typing into a choice. (A key's click has no detail.)
  form.querySelector(".mix")?.addEventListener("click", (event) => {
    if (event.detail && event.target.matches("[type=radio]:not([value=own])") && !card.value) card.focus();
  });
  // Notes that are typed are the notes that are paid, whatever was chosen before.
  form.querySelector(".mix .notes")?.addEventListener("input", () => {
    form.querySelector("[name=mix][value=own]").checked = true;
  });
}

// How much the notes come to that are typed beside the proposed ones, and how much it is to be.
export function addNotes(output) {
  const notes = output.closest(".notes");
  const due = Number(output.dataset.own);
  const figures = (amount) => amount.toLocaleString(document.documentElement.lang);
  const show = () => {
    const fields = [...notes.querySelectorAll("input")];
    const sum = fields.reduce((so, field) => so + Number(field.name.slice("count-".length)) * (parseInt(field.value, 10) || 0), 0);
    output.textContent = `${figures(sum)} / ${figures(due)} đ`;
    output.classList.toggle("good", sum === due);
  };
  notes.addEventListener("input", show);
  show();
}

// A digit too few is told before the customer types a PIN. What a scanner reads has more than digits.
export function twelveDigits(field) {
  field.addEventListener("input", () => {
    const plain = field.value.replace(/[\s.-]/g, "");
    const wrong = /^\d+$/.test(plain) && plain.length !== 12;
    field.setCustomValidity(wrong ? `${document.body.dataset.twelve} ${plain.length}` : "");
  });
}
