// One office, one day: the drawers' ledgers against the counts, the withdrawals against the holds.

import { open } from "../api.js";
import { h } from "../dom.js";
import { day, figure } from "../format.js";
import { loaded } from "../forms.js";
import { known, t } from "../i18n.js";
import { dateInput, labelled, printButton, printed, staff, today } from "./staff.js";

const COLUMNS = ["opening", "received", "paid", "undone", "over_short", "closing", "ledger", "counted", "difference"];
const SIGNED = ["over_short", "difference"];
const PAGES = 20; // of a hundred offices: a bound, far above the province's two hundred

let chosen = { office: "", date: null };

function cell(column, amount) {
  const off = SIGNED.includes(column) && amount;
  const plus = SIGNED.includes(column) && amount > 0 ? "+" : "";
  return h("td", { class: off ? "number off" : "number" }, amount === null ? t("reconciliation.not-counted") : plus + figure(amount));
}

// Of a column that is not complete there is no sum: it would look like one that is.
const sum = (rows, column) => (rows.some((row) => row[column] === null) ? null : rows.reduce((all, row) => all + row[column], 0));

function drawers(rows) {
  if (!rows.length) return h("p", { class: "empty" }, t("reconciliation.no-drawers"));
  return h("div", { class: "wide" }, h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("reconciliation.drawer")),
      COLUMNS.map((name) => h("th", { scope: "col", class: "number" }, t(`column.${name}`))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, h("th", { scope: "row" }, String(row.drawer)), COLUMNS.map((name) => cell(name, row[name]))))),
    rows.length > 1 && h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, t("balance.total")),
      COLUMNS.map((name) => cell(name, sum(rows, name)))))));
}

function show({ office, name, date, drawers: rows, withdrawals, breaks }) {
  const state = (kind) => h("tr", {}, h("th", { scope: "row" }, t(`reconciliation.${kind}`)),
    h("td", { class: "number" }, String(withdrawals[`${kind}_count`])), h("td", { class: "number" }, figure(withdrawals[`${kind}_total`])));
  return [
    h("h2", {}, `${name} (${office}), ${day(date)}`),
    breaks.length
      ? h("div", { class: "notice bad", role: "status" }, h("strong", {}, t("reconciliation.breaks", { count: breaks.length })),
        h("ul", {}, breaks.map(({ control, detail }) => h("li", {}, known(`control.${control}`) ? t(`control.${control}`) : control, ": ", h("code", {}, detail)))))
      : h("p", { class: "notice good", role: "status" }, h("strong", {}, t("reconciliation.agrees"))),
    h("h3", {}, t("reconciliation.drawers")), drawers(rows),
    h("h3", {}, t("reconciliation.withdrawals")),
    h("table", { class: "narrow" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("controls.state")), h("th", { scope: "col", class: "number" }, t("reconciliation.count")),
        h("th", { scope: "col", class: "number" }, t("reconciliation.sum")))),
      h("tbody", {}, state("paid"), state("undone"), state("live"))),
    printButton(), printed(),
  ];
}

async function offices() {
  const all = [];
  let cursor = null;
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await open.get(`/wallet/v1/offices?${new URLSearchParams({ limit: 100, ...(cursor && { cursor }) })}`);
    all.push(...answer.items);
    cursor = answer.next_cursor;
    if (!cursor) break;
  }
  return all;
}

export function reconciliationScreen() {
  chosen.date ??= today();
  const results = h("div", {});
  const find = () => {
    const path = `/audit/v1/offices/${encodeURIComponent(chosen.office)}/reconciliation?date=${chosen.date}`;
    results.replaceChildren(chosen.office ? loaded(() => staff.get(path), show) : h("p", { class: "empty" }, t("reconciliation.choose")));
  };
  const chooser = (all) => {
    const select = h("select", { id: "office", onchange: (event) => ((chosen.office = event.target.value), find()) },
      h("option", { value: "" }, t("reconciliation.office-none")),
      all.map((office) => h("option", { value: office.code }, `${office.area} – ${office.unit} (${office.code})`)));
    select.value = chosen.office;
    return h("div", { class: "row" }, labelled("office", t("reconciliation.office"), select),
      labelled("date", t("reconciliation.date"), dateInput("date", chosen.date, (date) => ((chosen.date = date), find()))));
  };
  const sorted = (all) => all.sort((one, other) => `${one.area}${one.unit}`.localeCompare(`${other.area}${other.unit}`, "vi"));
  find();
  return { title: "reconciliation.title", body: [h("div", { class: "screen-only" }, loaded(async () => sorted(await offices()), chooser)), results] };
}
