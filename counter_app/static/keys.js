// The keys that are written on the buttons: F-keys press theirs, Esc goes back. Enter is the focused one's own.
const press = (selector) => {
  const target = document.querySelector(selector);
  if (target) target.click();
  return Boolean(target);
};

// An Enter held down, or struck just as a verdict appears, is not an answer to it. In a field it ends what is typed there.
const early = (event) => performance.now() < 700 && document.querySelector(".verdict") && !event.target.matches("input");
const tooSoon = (event) => event.key === "Enter" && (event.repeat || early(event));

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (tooSoon(event)) return event.preventDefault();
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const selector = event.key === "Escape" ? "[data-esc]" : /^F\d+$/.test(event.key) && `[data-key="${event.key}"]`;
    if (selector && press(selector)) event.preventDefault();
  });
}
