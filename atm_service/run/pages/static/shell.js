// The frame around every screen: routes in the address's hash, title, focus, language, and the state of the line.

import { h } from "./dom.js";
import { languageSwitch, load, t } from "./i18n.js";

export const go = (route) => (location.hash = `#/${route}`);

// `routes` maps "code/:id" to a screen: (params) → {title, body, back?, stop?}. `allowed` turns a route into another.
// `session` gives what the page holds of somebody, or null; `rested` takes it away when nobody has touched the page.
export async function start({ routes, allowed, nav, session, rested }) {
  let current = null;
  let late = null;

  function show() {
    late?.disconnect();
    current?.stop?.();
    const wanted = location.hash.replace(/^#\/?/, "");
    const route = allowed(wanted);
    if (route !== wanted) return location.replace(`#/${route}`);
    const [screen, params] = match(routes, route) ?? match(routes, allowed(""));
    current = screen(params);
    const heading = h("h1", { tabindex: "-1" }, t(current.title));
    document.title = `${t(current.title)} – ${t("brand")}`;
    document.querySelector("main").replaceChildren(
      ...[current.back !== undefined && h("a", { class: "back", href: `#/${current.back}` }, `‹ ${t("back")}`), heading, current.body]
        .flat(Infinity).filter(Boolean),
    );
    frame();
    window.scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  }

  function frame() {
    document.querySelector("#tools").replaceChildren(...(nav?.() ?? []), languageSwitch(again));
  }

  // The same screen in the other language, with what has been typed so far: some fields come late, over the line.
  function again() {
    const typed = new Map(typedFields().map((input) => [input.id, input.value]));
    show();
    const fill = () => {
      for (const input of typedFields()) {
        if (typed.has(input.id)) input.value = typed.get(input.id);
        typed.delete(input.id);
      }
    };
    fill();
    late = new MutationObserver(fill);
    late.observe(document.querySelector("main"), { childList: true, subtree: true });
    document.querySelector(".language").focus();
  }

  let touched = Date.now();
  const rests = () => Date.now() - touched >= (session()?.idle_minutes ?? Infinity) * 60_000;
  function look() {
    if (!rests()) return;
    rested();
    announce(t("idle.ended"));
  }
  // A phone that wakes up has run no timer meanwhile: whatever wakes it looks first, and only then counts as a touch.
  const touch = (event) => {
    if (rests()) event.stopImmediatePropagation();
    look();
    touched = Date.now();
  };
  for (const name of ["pointerdown", "keydown"]) window.addEventListener(name, touch, true);
  document.addEventListener("visibilitychange", look);
  setInterval(look, 10_000);

  const line = () => (document.querySelector("#offline").hidden = navigator.onLine);
  window.addEventListener("online", line);
  window.addEventListener("offline", line);
  window.addEventListener("hashchange", show);
  await load();
  line();
  show();
}

const typedFields = () => [...document.querySelectorAll("main input:not([type=radio]), main select, main textarea")];

function match(routes, path) {
  for (const [pattern, screen] of Object.entries(routes)) {
    const names = [];
    const shape = pattern.replace(/:(\w+)/g, (_, name) => (names.push(name), "([\\w-]+)"));
    const found = path.match(new RegExp(`^${shape}$`));
    if (found) return [screen, Object.fromEntries(names.map((name, index) => [name, found[index + 1]]))];
  }
  return null;
}

// Say it to a screen reader without moving the reader's place.
export function announce(text) {
  document.querySelector("#live").textContent = text;
}
