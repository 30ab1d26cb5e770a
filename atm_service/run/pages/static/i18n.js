// Words in the reader's language: one catalogue per language, loaded only when it is wanted. The further words of
// other pages are catalogues of their own, so that no customer carries them over a slow line.

const STORED = "soft-atm.language";
const LANGUAGES = ["vi", "en"];
const folders = ["./i18n/"];
let catalogue = {};

export let language = "vi";

export const alsoFrom = (folder) => folders.push(folder);

export async function load(wanted = preferred()) {
  const parts = await Promise.all(folders.map((folder) => import(`${folder}${wanted}.js`)));
  if (parts.length < folders.length) return load(wanted); // a screen came meanwhile, with words of its own
  catalogue = Object.assign({}, ...parts.map((part) => part.default));
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
export const known = (key) => key in catalogue;

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
