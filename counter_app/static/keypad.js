// The keypad that is turned to the customer: digits by key, numpad or touch; after a while it turns back by itself.

import { isLocked } from "./lock.js";

export function typePin(section) {
  const fields = [...section.querySelectorAll("[data-typed]")];
  const ends = performance.now() + 1000 * Number(section.dataset.left);
  const look = () => {
    if (performance.now() < ends || isLocked()) return window.setTimeout(look, 1000);
    const back = document.getElementById("back-form");
    back.elements.late.value = "1";
    back.requestSubmit();
  };
  look();
  if (fields.length) takeDigits(section, fields);
}

function takeDigits(section, fields) {
  let field = fields[0];
  const isFull = () => field.value.length === field.maxLength;
  section.querySelector(".keys").hidden = false;
  section.querySelector("#agree").hidden = true;
  section.addEventListener("click", (event) => {
    const key = event.target.closest("[data-digit]");
    if (!key) return;
    field.value = key.dataset.digit ? (field.value + key.dataset.digit).slice(0, field.maxLength) : field.value.slice(0, -1);
    goOn();
  });
  // The next field that is not full takes the next digit.
  function goOn() {
    if (isFull()) field = fields.find((one) => one.value.length < one.maxLength) ?? field;
    field.focus();
  }
  for (const one of fields) {
    one.addEventListener("focus", () => (field = one));
    // A letter or an arrow of the numpad is no part of a PIN.
    one.addEventListener("input", () => {
      one.value = one.value.replace(/\D/g, "");
      goOn();
    });
  }
  // Wherever the focus has gone: the digits are the field's.
  document.addEventListener("keydown", (event) => {
    if (/^\d$/.test(event.key) && !fields.includes(document.activeElement)) field.focus();
  });
}
