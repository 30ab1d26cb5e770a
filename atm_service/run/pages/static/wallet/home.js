// What the customer has, the code that is under way, and the things to do.

import { Lost, now } from "../api.js";
import { h } from "../dom.js";
import { dateTime, day, dayOfWeek, deadline, duration, money } from "../format.js";
import { loaded } from "../forms.js";
import { t } from "../i18n.js";
import { hideWishes, isLive, unheard, unheardOfBank, wallet } from "./account.js";
import { noticeBox, unread } from "./appointment.js";
import { carry } from "./code.js";
import { allKept, kept } from "./safe.js";

const TRANSFERS = 3; // the newest that tell of one; the rest are one step away

export function codeCard({ withdrawal }) {
  const waiting = duration(Date.parse(withdrawal.expires_at) - now());
  const place = kept(withdrawal.id)?.office;
  return h("a", { class: "code-card", href: `#/code/${withdrawal.id}` },
    h("span", {}, t(withdrawal.status === "presented" ? "home.code-presented" : "home.code")),
    h("strong", { class: "figure" }, money(withdrawal.amount)),
    withdrawal.reservation === "standing" && h("span", {}, h("strong", {}, dayOfWeek(withdrawal.day))),
    place && h("span", {}, place.name),
    h("span", {}, t("home.code-until", { deadline: deadline(withdrawal.expires_at), waiting })),
    h("span", { class: "button" }, t("home.code-show")));
}

function balance({ full_name, available, held, limits }) {
  return h("section", { class: "balance" },
    h("p", {}, t("home.greeting", { name: full_name })),
    h("p", { class: "label", id: "available" }, t("home.available")),
    h("p", { class: "amount", "aria-labelledby": "available" }, money(available)),
    held > 0 && h("p", { class: "held" }, t("home.held", { held: money(held) })),
    h("p", { class: "quiet" }, t("home.left-today", { remaining: money(limits.remaining_today) })));
}

const door = (route, title, note, kind) =>
  h("a", { class: `door ${kind}`, href: `#/${route}` }, h("strong", {}, t(title)), h("span", {}, t(note)));

// Every one that a journey may hang on, before money that has come or gone.
function foremost(notices) {
  const isTransfer = ({ transfer_id, bill_id }) => transfer_id ?? bill_id;
  return [...notices.filter((one) => !isTransfer(one)), ...notices.filter(isTransfer).slice(0, TRANSFERS)];
}

export function homeScreen() {
  const load = async () => {
    try {
      const [account, recent, notices, pending] = await Promise.all([
        wallet.get("/wallet/v1/account"), wallet.get("/wallet/v1/withdrawals?limit=20"), unread(),
        wallet.get("/wallet/v1/bank-payments?pending=true"),
      ]);
      hideWishes(account.customer_id);
      const lefts = [unheard(account.customer_id) && "send", unheardOfBank(account.customer_id) && "bank"].filter(Boolean);
      const live = recent.items.filter(isLive);
      carry(live);
      return { account, notices, lefts, pending: pending.items, codes: live.map((withdrawal) => ({ withdrawal })) };
    } catch (error) {
      if (!(error instanceof Lost) || !allKept().length) throw error;
      return { account: null, notices: [], lefts: [], pending: [], codes: allKept() }; // no line: what is kept is what counts on the road
    }
  };
  const show = ({ account, notices, lefts, pending, codes }) => [
    lefts.map((what) => h("div", { class: "notice wait", role: "status" }, h("strong", {}, t(what === "send" ? "unsure.title" : "bank.unsure")),
      h("a", { class: "button", href: `#/${what}/unsure` }, t("unsure.look")))),
    foremost(notices).map((notice) => noticeBox(notice)),
    account?.frozen && h("div", { class: "notice bad", role: "alert" }, h("p", {}, t(`home.frozen-${account.frozen_by}`, account)),
      account.frozen_by === "customer" && h("a", { class: "button", href: "#/frozen" }, t("home.thaw"))),
    account?.card_stops_on && h("div", { class: "notice wait" }, h("p", {}, t("home.card", { day: day(account.card_stops_on) })),
      h("a", { class: "button", href: "#/card" }, t("card.title"))),
    account?.cooling_until && h("p", { class: "notice wait" },
      t("home.cooling", { left: money(account.cooling_left), until: dateTime(account.cooling_until) })),
    account ? balance(account) : h("p", { class: "notice wait" }, t("home.no-line")),
    codes.map(codeCard),
    pending.map(({ id, kind, amount }) => h("a", { class: "notice wait", href: `#/${kind === "bill" ? kind : "bank"}/${id}` },
      h("strong", {}, t(`bank.${kind}-pending`)), h("span", { class: "figure" }, money(amount)))),
    account?.available === 0 && !codes.length && h("p", { class: "notice wait" }, t("home.first")),
    h("nav", { class: "doors", "aria-label": t("home.title") },
      door("withdraw", "withdraw.title", "home.withdraw-note", "main"),
      door("send", "send.title", "home.send-note", ""),
      door("receive", "receive.title", "home.receive-note", ""),
      door("topup", "bank.top-up", "home.topup-note", ""),
      door("payout", "bank.payout", "home.payout-note", ""),
      door("bills", "bills.title", "home.bills-note", ""),
      door("statement", "statement.title", "home.statement-note", "")),
    h("a", { class: "textual", href: "#/offices" }, t("offices.title")),
    account && h("a", { class: "textual", href: "#/notices" }, t("notices.title")),
    account && h("a", { class: "textual", href: "#/banks" }, t("banks.title")),
    h("a", { class: "textual", href: "#/delegations" }, t("delegations.title")),
    account && h("a", { class: "textual", href: "#/safety" }, t("safety.title")),
  ];
  return { title: "home.title", body: loaded(load, show) };
}
