// Words in the reader's language. One catalogue per language; each is loaded only when it is wanted.

const STORED = "soft-atm.language";
const LANGUAGES = ["vi", "en"];
let catalogue = {};

export let language = "vi";

export async function load(wanted = preferred()) {
  catalogue = (await import(`./i18n/${wanted}.js`)).default;
  language = wanted;
  document.documentElement.lang = wanted;
  try {
    localStorage.setItem(STORED, wanted);
  } catch {
    // A browser without storage asks again next time.
  }
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
}

function preferred() {
  try {
    const stored = localStorage.getItem(STORED);
    return LANGUAGES.includes(stored) ? stored : "vi";
  } catch {
    return "vi";
  }
}

// The text of a key, with {names} filled in. A key that is not there shows itself, so that it is seen and mended.
export function t(key, values = {}) {
  return (catalogue[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "…");
}

// Whether there is a text for a key that a server named: it may know words that this page does not.
export const known = (key) => Object.hasOwn(catalogue, key);

export function languageSwitch(changed) {
  const other = language === "vi" ? "en" : "vi";
  const button = document.createElement("button");
  button.className = "language";
  button.lang = other;
  button.textContent = other === "vi" ? "Tiếng Việt" : "English";
  button.addEventListener("click", async () => {
    await load(other);
    changed();
  });
  return button;
}
