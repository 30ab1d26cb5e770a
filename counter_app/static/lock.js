// A locked desk. The lock is kept by this app's own process, which then answers nothing else; here the open page is taken
// out of the document, with what was typed on it, and put back when the password was right.

const TELL_MS = 30000;
let kept = null;
let title = "";
let focused = null;
let asking = false; // F12 was struck, and the app has not said yet that it is locked

export const isLocked = () => kept !== null;

// Covered, and the app knows it: an answer to what was asked before then does not open anything.
export const isSettled = () => isLocked() && !asking;

// What the app says of this page's own session. `settled` is what the page was when it asked.
export function follow(locked, settled) {
  if (locked === true) cover();
  else if (locked === false && settled && !asking) uncover();
}

function cover() {
  const template = document.querySelector("#cover");
  if (kept || !template) return;
  title = document.title;
  focused = document.activeElement;
  kept = document.createDocumentFragment();
  kept.append(...document.body.childNodes);
  document.body.append(template.content.cloneNode(true));
  const form = document.querySelector("[data-unlock]");
  document.title = document.querySelector("h1").textContent;
  form.addEventListener("submit", open);
  form.elements.password.focus();
}

function uncover() {
  if (!kept) return;
  document.body.replaceChildren(kept);
  kept = null;
  document.title = title;
  for (const video of document.querySelectorAll("video")) video.play().catch(() => undefined);
  focused?.focus();
}

const sent = (form) => ({
  method: "POST",
  body: new URLSearchParams(new FormData(form)),
  headers: { Accept: "application/json" },
});

async function open(event) {
  event.preventDefault();
  const form = event.target;
  const field = form.elements.password;
  const answer = await fetch("/unlock", sent(form)).catch(() => null);
  field.value = "";
  if (answer?.ok) {
    asking = false;
    return uncover();
  }
  if (answer?.status === 401) return window.location.replace("/sign-in?again=1");
  document.querySelector("[data-wrong]").hidden = false;
  field.focus();
}

// The page is blank at once; if the app does not answer or refuses, it stays so. Signed out, it leaves.
export function lockBy(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = sent(form);
    asking = true;
    cover();
    fetch("/lock", asked).then((answer) => {
      if (answer.ok) asking = false;
      if (answer.status === 401) window.location.replace("/sign-in?again=1");
    }, () => undefined);
  });
}

// Who types or moves the mouse is there, though no page is asked for.
export function tellActive() {
  let told = performance.now();
  const tell = () => {
    if (isLocked() || performance.now() - told < TELL_MS) return;
    told = performance.now();
    fetch("/line?active=1", { headers: { Accept: "application/json" } }).catch(() => undefined);
  };
  for (const what of ["keydown", "pointerdown", "pointermove"]) document.addEventListener(what, tell);
}
