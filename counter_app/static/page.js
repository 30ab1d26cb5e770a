// A cookie goes to every port of this machine; what a page keeps, to this one alone. So each form carries, beside the
// cookie, a secret that this browser has made up for this address and port, and that no page of the app ever shows.
// A plain script and the first: a scanner may send a form before the others are here.
(() => {
  const name = "soft-atm.held";
  const made = () => Array.from(crypto.getRandomValues(new Uint8Array(32)), (one) => one.toString(16).padStart(2, "0")).join("");
  document.addEventListener("submit", (event) => {
    const field = event.target.elements.held;
    if (!field) return;
    if (!localStorage.getItem(name)) localStorage.setItem(name, made());
    field.value = localStorage.getItem(name);
  }, true);
})();

// A page has its shape before it is shown: nothing may move away under a hand that has begun to press. So what the camera
// needs stands ready where this browser had one the last time (camera.js).
if (localStorage.getItem("soft-atm.camera")) document.documentElement.dataset.hasCamera = "yes";
