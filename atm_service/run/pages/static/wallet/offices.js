// Finding a post office, by any name of the place, typed with or without accents.

import { now, open } from "../api.js";
import { h } from "../dom.js";
import { clock, deadline, isoDay } from "../format.js";
import { paged } from "../forms.js";
import { t } from "../i18n.js";

const PAUSE_MS = 350; // one question when the typing pauses, not one a letter

// The answer by its colour, and why in words.
export function canPayBadge({ can_pay, why, opens_at }) {
  const words = t(`can-pay.${why}`);
  const said = opens_at ? t("can-pay.opens", { why: words, when: isoDay(Date.parse(opens_at)) === isoDay(now()) ? clock(opens_at) : deadline(opens_at) }) : words;
  return h("span", { class: `badge ${can_pay}` }, said);
}

// A search over a list. `path` makes the address of a page; `item` shows one thing found.
export function searched({ label, path, item, empty }) {
  const results = h("div", {});
  let timer = null;
  const find = () => {
    const q = input.value.trim();
    results.replaceChildren(paged((cursor) => open.get(path({ q, ...(cursor && { cursor }) })), item, empty));
  };
  const input = h("input", { id: "search", type: "search", maxlength: 60, autocomplete: "off", enterkeyhint: "search", oninput: () => {
    clearTimeout(timer);
    timer = setTimeout(find, PAUSE_MS);
  } });
  find();
  return { find, node: h("div", { class: "field" }, h("label", { for: "search" }, label), input), results };
}

// `choose` makes each office that may pay a button; without it the list is for reading.
// The unit of the office that was chosen last: what is near is near to there.
const NEAR = "soft-atm.unit";

export function chooser({ amount, choose }) {
  const near = sessionStorage.getItem(NEAR);
  const remember = choose && ((office) => {
    sessionStorage.setItem(NEAR, office.unit_code);
    choose(office);
  });
  const area = h("select", { id: "area", onchange: () => search.find() }, h("option", { value: "" }, t("offices.everywhere")));
  open.get("/wallet/v1/areas")
    .then(({ items }) => area.append(...items.map(({ code, name }) => h("option", { value: code }, name))))
    .catch(() => {}); // the search alone finds every office
  const search = searched({
    label: t("offices.search"), empty: t("offices.none"),
    path: (asked) => `/wallet/v1/offices?${new URLSearchParams({
      ...asked, limit: 20, ...(near && { unit: near }), ...(amount && { amount }), ...(area.value && { area: area.value }),
    })}`,
    item: (office) => officeItem(office, remember),
  });
  return [search.node, h("div", { class: "field" }, h("label", { for: "area" }, t("offices.area")), area), search.results];
}

const placeOf = ({ address, unit, area }) => [address, unit, area].filter(Boolean).join(", ");

const hoursOf = ({ hours }) => (hours ? t("offices.hours", { hours: hours.replaceAll("-", "\u2060–\u2060").replaceAll(" ", ", ") }) : t("offices.closed-today"));

// A question before the journey costs less than the journey.
export const callLink = ({ name, phone }) =>
  phone ? h("a", { class: "textual", href: `tel:${phone}`, "aria-label": t("offices.call-label", { name, phone }) }, t("offices.call", { phone })) : "";

function officeItem(office, choose) {
  const words = [
    h("strong", {}, office.name), h("span", {}, placeOf(office)), h("span", {}, hoursOf(office)), canPayBadge(office),
  ];
  const choosable = choose && office.can_pay !== "no"; // nobody should travel to an office that cannot pay
  return h("li", {}, choosable ? h("button", { class: "item", onclick: () => choose(office) }, words) : h("div", { class: "item" }, words), callLink(office));
}

export function officesScreen() {
  return { title: "offices.title", back: "", body: [h("p", { class: "lead" }, t("offices.lead")), chooser({})] };
}

// The office behind a code number, for showing where to go; null where it cannot be found out now.
export async function officeOf(code) {
  if (!code) return null;
  const { items } = await open.get(`/wallet/v1/offices?${new URLSearchParams({ q: code })}`).catch(() => ({ items: [] }));
  return items.find((office) => office.code === code) ?? null;
}
