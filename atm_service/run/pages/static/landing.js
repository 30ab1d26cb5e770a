// Three doors, and on a demonstration what to type behind each.

import { open } from "./api.js";
import { h } from "./dom.js";
import { alsoFrom, known, languageSwitch, load, t } from "./i18n.js";

const LOOK_EVERY_MS = 3_000;
let demo = null;
let came = [];

// The clipboard needs TLS or loopback; elsewhere the text is marked for the person to copy.
function copyable(text) {
  const shown = h("code", {}, text);
  const button = h("button", { class: "copy", "aria-label": t("demo.copy-this", { text }), onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = t("demo.copied");
      setTimeout(() => (button.textContent = t("demo.copy")), 2_000);
    } catch {
      window.getSelection().selectAllChildren(shown);
    }
  } }, t("demo.copy"));
  return h("span", { class: "copyable" }, shown, button);
}

function table(columns, rows) {
  return h("div", { class: "wide" }, h("table", {},
    h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, t(`demo.${name}`))))),
    h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell, index) =>
      h("td", { "data-label": t(`demo.${columns[index]}`) }, cell)))))));
}

function demoData({ customers, staff }) {
  const role = (name) => (known(`role.${name}`) ? t(`role.${name}`) : name);
  return h("section", { class: "stack" },
    h("h2", {}, h("span", { class: "tag" }, t("demo.tag")), " ", t("demo.title")),
    h("p", {}, t("demo.lead")),
    h("h3", {}, t("demo.customers")),
    table(["name", "phone", "pin", "card"], customers.map(({ full_name, phone, pin, id_number }) =>
      [full_name, copyable(phone), copyable(pin), copyable(id_number)])),
    h("h3", {}, t("demo.staff")),
    table(["role", "office", "username", "password"], staff.map((one) =>
      [role(one.role), one.office ?? "–", copyable(one.username), copyable(one.password)])));
}

// What came to the made-up people's phones, the newest first: looked at again as long as the page is open.
function phones() {
  return h("section", { id: "phones", class: "stack", "aria-live": "polite" },
    h("h2", {}, h("span", { class: "tag" }, t("demo.tag")), " ", t("demo.phones")),
    h("p", {}, t("demo.phones-lead")),
    came.length ? table(["phone", "message"], came.map(({ phone, words }) => [phone, words])) : h("p", {}, t("demo.phones-none")));
}

async function lookAtPhones() {
  const { items } = await open.get("/demo/phones.json").catch(() => ({ items: came }));
  if (JSON.stringify(items) !== JSON.stringify(came)) {
    came = items;
    document.querySelector("#phones")?.replaceWith(phones());
  }
  setTimeout(lookAtPhones, LOOK_EVERY_MS);
}

function door(name, href) {
  const words = [h("strong", {}, t(`door.${name}`)), h("span", {}, t(href ? `door.${name}-note` : "door.counter-elsewhere"))];
  return href ? h("a", { class: "door", href }, words) : h("div", { class: "door closed" }, words);
}

// Only a web address may become a link: the demo file is data.
const webAddress = (text) => (/^https?:\/\//.test(text ?? "") ? text : null);

function show() {
  document.title = `${t("brand")} – ${t("landing.title")}`;
  document.querySelector("#tools").replaceChildren(languageSwitch(show));
  document.querySelector("main").replaceChildren(
    h("h1", {}, t("landing.title")), h("p", { class: "lead" }, t("landing.lead")),
    h("nav", { class: "doors", "aria-label": t("landing.doors") },
      door("wallet", "/wallet/"), door("counter", webAddress(demo?.counter_url)), door("audit", "/audit/")),
    ...(demo ? [phones(), demoData(demo)] : []),
  );
}

const asked = open.get("/demo.json").catch(() => null); // no demonstration: the doors are enough
alsoFrom("./i18n/landing/");
await load();
show();
demo = await asked;
if (demo) {
  show();
  await lookAtPhones();
}
