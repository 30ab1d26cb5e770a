// The keypad that is turned to the customer: digits by key, numpad or touch; after a while it turns back by itself.

import { isLocked } from "./lock.js";

export function typePin(section) {
  const field = section.querySelector("#pin");
  const ends = performance.now() + 1000 * Number(section.dataset.left);
  section.querySelector(".keys").hidden = false;
  section.querySelector("#agree").hidden = true;
  section.addEventListener("click", (event) => {
    const key = event.target.closest("[data-digit]");
    if (!key) return;
    field.value = key.dataset.digit ? (field.value + key.dataset.digit).slice(0, field.maxLength) : field.value.slice(0, -1);
    field.focus();
  });
  // A letter or an arrow of the numpad is no part of a PIN.
  field.addEventListener("input", () => (field.value = field.value.replace(/\D/g, "")));
  // Wherever the focus has gone: the digits are the field's.
  document.addEventListener("keydown", (event) => {
    if (/^\d$/.test(event.key) && document.activeElement !== field) field.focus();
  });
  const look = () => {
    if (performance.now() < ends || isLocked()) return window.setTimeout(look, 1000);
    const back = document.getElementById("back-form");
    back.elements.late.value = "1";
    back.requestSubmit();
  };
  look();
}
