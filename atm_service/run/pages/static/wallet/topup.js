// Linking a bank account and moving money from it into the wallet.

import { intention, Problem } from "../api.js";
import { h } from "../dom.js";
import { digitsOf, money } from "../format.js";
import { choice, field, form, loaded } from "../forms.js";
import { known, t } from "../i18n.js";
import { problemBox } from "../problems.js";
import { go } from "../shell.js";
import { wallet } from "./account.js";
import { simulated } from "./samples.js";
import { watch } from "./watch.js";
import { amountField, quickAmounts } from "./withdraw.js";

const QUICK = [500_000, 1_000_000, 2_000_000, 5_000_000];

let wish = { link: null, bank: null };

export function topUpScreen() {
  const load = () => wallet.get("/wallet/v1/bank-links");
  return { title: "topup.title", back: "home", body: loaded(load, ({ items }) => (items.length ? topUpForm(items) : firstLink())) };
}

function firstLink() {
  return [h("p", { class: "lead" }, t("topup.none")), h("a", { class: "button", href: "#/link" }, t("link.title"))];
}

function topUpForm(links) {
  if (!links.some(({ id }) => id === wish.link)) wish.link = links[0].id;
  const amount = amountField((value) => (value ? null : t("withdraw.amount-missing")));
  const from = choice({
    name: "link", legend: t("topup.from"), value: wish.link, changed: (id) => (wish.link = id),
    options: links.map(({ id, bank, masked_account }) => [id, bank, masked_account]),
  });
  const act = async (values, waiting) => {
    const chosen = { bank_link_id: wish.link, ...values };
    const topUp = await wallet.send("/wallet/v1/top-ups", chosen, intention("top-up", chosen), waiting);
    location.replace(`#/topup/${topUp.id}`);
  };
  return form({
    before: [from, h("a", { class: "textual", href: "#/link" }, t("link.another"))],
    fields: [amount], after: quickAmounts(amount.input, QUICK), submit: t("topup.submit"), act,
  });
}

export function topUpResultScreen({ id }) {
  const body = h("div", { class: "stack", role: "status" });
  let shown = null;
  async function ask() {
    try {
      const topUp = await wallet.get(`/wallet/v1/top-ups/${id}`);
      if (topUp.status !== shown) body.replaceChildren(...result(topUp)); // read out once, not at each asking
      shown = topUp.status;
      return topUp.status === "pending";
    } catch (error) {
      body.replaceChildren(problemBox(error));
      shown = null;
      if (error instanceof Problem) return false;
      throw error;
    }
  }
  return { title: "topup.result", back: "home", body, stop: watch(ask, 3_000) };
}

function result({ status, amount, reason }) {
  const kind = { succeeded: "good", declined: "bad" }[status] ?? "wait";
  const [what, next] = reason && known(`reason.${reason}`) ? t(`reason.${reason}`).split("\n") : [reason, null];
  return [
    h("div", { class: `notice ${kind}` }, h("strong", {}, t(`topup.${status}`)), h("p", { class: "figure" }, money(amount)),
      h("p", {}, t(`topup.${status}-next`))),
    reason ? h("div", { class: "reason" }, h("strong", {}, what), next && h("p", {}, next)) : "",
    h("div", { class: "row" }, h("a", { class: "button", href: "#/home" }, t("home.go")),
      status === "declined" && h("a", { class: "button plain", href: "#/topup" }, t("topup.again"))),
  ];
}

export function linkScreen() {
  const account = field({
    name: "account_number", label: t("link.account"), hint: t("link.account-hint"), inputmode: "numeric", maxlength: 19,
    shape: digitsOf, check: (value) => (/^\d{6,19}$/.test(value) ? null : t("link.account-digits")),
  });
  const bank = h("section", { class: "where stack" }, h("h2", {}, t("link.bank")),
    h("p", {}, wish.bank ? [h("strong", {}, wish.bank.short_name), h("br"), wish.bank.name] : t("link.bank-none")),
    h("a", { class: "button plain", href: "#/link/bank" }, t(wish.bank ? "link.bank-other" : "link.bank-choose")));
  const act = async (values) => {
    if (!wish.bank) return go("link/bank");
    const link = await wallet.post("/wallet/v1/bank-links", { bin: wish.bank.bin, ...values });
    wish = { link: link.id, bank: null };
    location.replace("#/topup");
  };
  return {
    title: "link.title", back: "topup",
    body: form({ before: bank, fields: [account], after: simulated(h("p", {}, t("link.simulated"))), submit: t("link.submit"), act }),
  };
}

// Banks are few and change rarely: one list, searched here, without the line.
export function bankScreen() {
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
  const show = ({ items }) => {
    const rows = items.map((bank) => ({ words: plain(`${bank.short_name} ${bank.code} ${bank.name}`), node: row(bank) }));
    const none = h("p", { class: "empty", role: "status", hidden: true }, t("link.bank-unknown"));
    const filter = (event) => {
      const wanted = plain(event.target.value.trim());
      for (const { words, node } of rows) node.hidden = !words.includes(wanted);
      none.hidden = rows.some(({ node }) => !node.hidden);
    };
    const input = h("input", { id: "search", type: "search", autocomplete: "off", maxlength: 60, oninput: filter });
    return [h("div", { class: "field" }, h("label", { for: "search" }, t("link.bank-search")), input),
      h("ul", { class: "list" }, rows.map(({ node }) => node)), none];
  };
  const row = (bank) => h("li", {}, h("button", { class: "item", onclick: () => ((wish.bank = bank), go("link")) },
    h("strong", {}, bank.short_name), h("span", {}, bank.name)));
  return { title: "link.bank-choose", back: "link", body: loaded(() => wallet.get("/wallet/v1/banks"), show) };
}
