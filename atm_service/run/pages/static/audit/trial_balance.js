// The trial balance by class. The page adds the rows up itself, so that the totals are not only the service's word.

import { h } from "../dom.js";
import { day, figure } from "../format.js";
import { loaded } from "../forms.js";
import { known, t } from "../i18n.js";
import { dateInput, labelled, printButton, printed, staff, today } from "./staff.js";

const CLASSES = ["asset", "liability", "income", "expense", "equity"];
const FEW = 25; // more accounts of one kind than this are folded into one line

const total = (rows, column) => rows.reduce((sum, row) => sum + row[column], 0);
const number = (amount) => h("td", { class: "number" }, figure(amount));
const cells = (rows) => [number(total(rows, "debits")), number(total(rows, "credits")), number(total(rows, "balance"))];
const row = (account) => h("tr", {}, h("td", {}, h("code", {}, account.code)), cells([account]));

// The accounts of one class, grouped by the first part of their code (customer, office, bank).
function kinds(accounts) {
  const found = new Map();
  for (const account of accounts) {
    const kind = account.code.split("/")[0];
    found.set(kind, [...(found.get(kind) ?? []), account]);
  }
  return found;
}

function folded(kind, accounts) {
  const body = h("tbody", {});
  const open = h("button", { class: "fold screen-only", onclick: () => body.replaceChildren(...accounts.map(row)) }, t("balance.unfold"));
  body.append(h("tr", {}, h("td", {}, h("code", {}, `${kind}/…`), " ", t("balance.accounts", { count: accounts.length }), " ", open), cells(accounts)));
  return body;
}

function group(name, accounts) {
  return [
    h("tbody", { class: "group" }, h("tr", {}, h("th", { scope: "rowgroup" }, known(`class.${name}`) ? t(`class.${name}`) : name), cells(accounts))),
    [...kinds(accounts)].map(([kind, some]) => (some.length > FEW ? folded(kind, some) : h("tbody", {}, some.map(row)))),
  ];
}

function show({ as_of, accounts, total_debits, total_credits, balanced }) {
  const classes = [...new Set([...CLASSES, ...accounts.map((account) => account.class)])];
  const [debits, credits] = [total(accounts, "debits"), total(accounts, "credits")];
  const agrees = debits === total_debits && credits === total_credits && balanced === (debits === credits);
  const good = agrees && balanced;
  const column = (name) => h("th", { scope: "col", class: "number" }, t(`balance.${name}`));
  return [
    h("p", { class: `notice ${good ? "good" : "bad"}`, role: "status" },
      h("strong", {}, t(good ? "balance.balanced" : "balance.unbalanced")), " ", t(agrees ? "balance.recomputed" : "balance.disagrees")),
    accounts.length === 0 ? h("p", { class: "empty" }, t("balance.empty")) : h("div", { class: "wide" }, h("table", {},
      h("caption", {}, t("balance.caption", { date: day(as_of) })),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("balance.account")), column("debits"), column("credits"), column("balance"))),
      classes.map((name) => [name, accounts.filter((account) => account.class === name)])
        .filter(([, some]) => some.length).map(([name, some]) => group(name, some)),
      h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, t("balance.total")), number(total_debits), number(total_credits), h("td", {}))))),
    printButton(), printed(),
  ];
}

let asOf = null;

export function trialBalanceScreen() {
  asOf ??= today();
  const results = h("div", {});
  const find = () => results.replaceChildren(loaded(() => staff.get(`/audit/v1/trial-balance?as_of=${asOf}`), show));
  find();
  const input = dateInput("as-of", asOf, (date) => ((asOf = date), find()));
  return { title: "balance.title", body: [h("div", { class: "row screen-only" }, labelled("as-of", t("balance.as-of"), input)), results] };
}
