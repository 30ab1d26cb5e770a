// Everything here only helps: every page works without it, a little slower.
import { watchKeys } from "./keys.js";
import { guardEnter } from "./enter.js";
import { guardForms, readCard, groupDigits, addNotes, twelveDigits } from "./forms.js";
import { addUp } from "./count.js";
import { countDown, watchBoard, watchFresh, watchLine, watchUnknown } from "./wait.js";
import { typePin } from "./keypad.js";
import { startCamera } from "./camera.js";
import { usePasskey } from "./passkey.js";
import { cutPaper } from "./paper.js";
import { soundOfPage } from "./sound.js";
import { lockBy, tellActive } from "./lock.js";

const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

watchKeys();
guardEnter();
guardForms();
each("[data-digits]", groupDigits);
each("[data-check]", readCard);
each("[data-own]", addNotes);
each("#card, [name=delegate]", twelveDigits);
each("[data-keypad]", typePin);
each("[data-count]", addUp);
each("[data-lease]", countDown);
each("[data-watch]", watchUnknown);
each("[data-fresh]", watchFresh);
each("[data-board]", watchBoard);
each("[data-line]", watchLine);
each("[data-camera]", startCamera);
each("[data-lock]", (form) => {
  lockBy(form);
  tellActive();
});
each("[data-passkey]", usePasskey);
each("[data-print]", (button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
  if (button.autofocus) button.focus();
});
cutPaper();
soundOfPage();
// Printing hides the buttons, and with them the focus.
window.addEventListener("afterprint", () => document.querySelector("main .primary")?.focus());
document.documentElement.dataset.ready = "yes"; // the keys on the buttons work from here on
