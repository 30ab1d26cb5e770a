// What a scanner types ends with Enter, Tab or both, and it may be pointed at a card twice. So in every form that asks
// the service to do something, Enter in a field only goes on, and a button takes Enter or the space bar only when it has
// had the focus, with nothing typed, for as long as no scanner needs.

const SETTLE_MS = 500;
const STOPS = "input:not([type=hidden], [type=radio]), .what [type=radio]:checked";

let stirred = performance.now(); // a button that a page opens on has not been seen yet
let held = "";
const stir = () => (stirred = performance.now());

// Forms that only ask who, or which code, are sent by the Enter at their end.
const guarded = (target) => target.form?.method === "post" && target.form.closest("main") && !("quick" in target.form.dataset);

export function guardEnter() {
  document.addEventListener("focusin", stir);
  document.addEventListener("keydown", (event) => {
    const strikes = ["Enter", " "].includes(event.key);
    if (!strikes) return stir();
    if (!guarded(event.target)) return;
    if (event.target.tagName === "BUTTON") {
      if (performance.now() - stirred >= SETTLE_MS) return;
      held = event.key;
      event.preventDefault();
    } else if (event.key === "Enter") {
      if (!event.defaultPrevented) goOn(event.target);
      event.preventDefault();
    }
  });
  // Where a space bar presses as it is let go.
  document.addEventListener("keyup", (event) => {
    if (event.key === held && event.target.tagName === "BUTTON") event.preventDefault();
    held = "";
  });
}

// To the next field that can be seen, and from the last one to the button; not away from a field that is not right yet.
function goOn(field) {
  if (!field.reportValidity()) return;
  const later = (one) => one.checkVisibility() && field.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING;
  // The notes of a payment are for whoever has begun to change them.
  const stops = field.form.querySelectorAll(field.closest(".mix .notes") ? ".notes input" : STOPS);
  const next = [...stops].find((one) => later(one) && one.name !== field.name && (field.closest(".notes") || !one.closest(".mix")));
  const button = [...field.form.querySelectorAll(".primary, button:not([type=button])")].filter((one) => one.checkVisibility());
  (next ?? button.find((one) => one.matches(".primary")) ?? button[0])?.focus();
  next?.select?.();
}
