// What has happened to the money, newest first; and every withdrawal with its state.

import { h } from "../dom.js";
import { dateTime, money, signed } from "../format.js";
import { paged } from "../forms.js";
import { known, t } from "../i18n.js";
import { wallet } from "./account.js";
import { transferRow } from "./send.js";

function tabs(here) {
  return h("nav", { class: "tabs", "aria-label": t("statement.title") }, ["statement", "transfers", "withdrawals"].map((route) =>
    h("a", { href: `#/${route}`, "aria-current": route === here && "page" }, t(`tab.${route}`))));
}

const page = (path) => (cursor) => wallet.get(`${path}?${new URLSearchParams({ limit: 20, ...(cursor && { cursor }) })}`);

function entry({ recorded_at, kind, amount, balance, narration }) {
  return h("li", { class: "item entry" },
    h("span", {}, h("strong", {}, known(`kind.${kind}`) ? t(`kind.${kind}`) : narration), kind === "credit" && h("small", {}, narration), h("small", {}, dateTime(recorded_at))),
    h("span", { class: "sum" }, h("strong", { class: amount < 0 ? "out" : "in" }, signed(amount)),
      h("small", {}, t("statement.balance", { balance: money(balance) }))));
}

function withdrawal({ id, status, amount, created_at }) {
  return h("li", {}, h("a", { class: "item entry", href: `#/code/${id}` },
    h("span", {}, h("strong", {}, money(amount)), h("small", {}, dateTime(created_at))),
    h("span", { class: `badge ${status}` }, t(`status.${status}`))));
}

export function statementScreen() {
  return {
    title: "statement.title", back: "home",
    body: [tabs("statement"), paged(page("/wallet/v1/statement"), entry, t("statement.empty"))],
  };
}

export function transfersScreen() {
  return {
    title: "transfers.title", back: "home",
    body: [tabs("transfers"), paged(page("/wallet/v1/transfers"), transferRow, t("transfers.empty"))],
  };
}

export function withdrawalsScreen() {
  return {
    title: "withdrawals.title", back: "home",
    body: [tabs("withdrawals"), paged(page("/wallet/v1/withdrawals"), withdrawal, t("withdrawals.empty"))],
  };
}
