// Between wallet and bank: top-ups, payouts, the accounts they go over; of bills what is told beside those. Loaded when it is wanted; main.js has the titles.

import { Problem } from "../api.js";
import { h } from "../dom.js";
import { dateTime, digitsOf, grouped, money } from "../format.js";
import { choice, facts, field, form, loaded, paged, pinField } from "../forms.js";
import { known, t } from "../i18n.js";
import { explain, problemBox } from "../problems.js";
import { announce, go } from "../shell.js";
import { words } from "../words.js";
import { attempt, hideWishes, unheardOfBank, wallet } from "./account.js";
import { picture, samples, simulated } from "./samples.js";
import { watch } from "./watch.js";
import { amountField, quickAmounts } from "./withdraw.js";

const QUICK = [500_000, 1_000_000, 2_000_000, 5_000_000];
const FACES = ["clear", "other-face", "down"];
const WAYS = {
  "top-up": { path: "/wallet/v1/top-ups", terms: "top_up", route: "topup" },
  "payout": { path: "/wallet/v1/payouts", terms: "payout", route: "payout" },
};

// What the customer has chosen so far, in which session; `chosen` the bank of an account that is being linked, for `way`.
let wish = null;
let chosen = null;
let way = "top-up";

const here = () => wallet.session()?.id;
const ours = ({ id, bank, masked_account }) => ({ id, bank, masked_account });
const account = ({ bank, masked_account }) => h("section", { class: "where" }, h("strong", {}, bank), h("p", {}, masked_account));

async function unsure() {
  const { customer_id } = await wallet.get("/wallet/v1/account");
  hideWishes(customer_id);
  return unheardOfBank(customer_id);
}

const begunBy = async ({ key }) => (await wallet.get(`/wallet/v1/bank-payments?${new URLSearchParams({ key })}`)).items[0];

function settled(left, payment) {
  left.settle();
  wish = null;
  location.replace(`#/bank/${payment.id}`); // going back must not lead to the PIN of what was begun
}

export const topUpScreen = () => amountScreen("top-up");
export const payoutScreen = () => amountScreen("payout");

function amountScreen(kind) {
  way = kind;
  const load = async () => {
    const paths = ["account", "bank-links", "bank-payment-terms"];
    const [{ customer_id, available }, links, terms] = await Promise.all(paths.map((path) => wallet.get(`/wallet/v1/${path}`)));
    hideWishes(customer_id);
    return { customer: customer_id, available, links: links.items, terms, left: unheardOfBank(customer_id) };
  };
  const show = ({ left, links, ...known }) => {
    if (left) return location.replace("#/bank/unsure");
    return links.length ? amountForm(kind, links, known) : firstLink();
  };
  return { body: loaded(load, show) };
}

const firstLink = () => [h("p", { class: "lead" }, t("bank.none")), h("a", { class: "button", href: "#/link" }, t("link.title"))];

// The service decides; this only saves a journey over the line. The words are those of the service's own refusals.
function objection(amount, kind, { available, terms }) {
  const refuse = (slug, members) => Object.values(explain(new Problem(409, { type: slug, ...members }))).filter(Boolean).join(". ");
  const bounds = terms[WAYS[kind].terms];
  if (!amount) return t("withdraw.amount-missing");
  const isRest = kind === "payout" && amount + bounds.fee === available; // it goes out however small it is
  if ((amount < bounds.amount_min && !isRest) || amount > bounds.amount_max) return refuse("amount-out-of-range", bounds);
  if (kind === "top-up") return null;
  if (amount + bounds.fee > available) return refuse("insufficient-funds", { available });
  if (amount > terms.left_today) return refuse("transfer-limit-reached", { remaining: terms.left_today, renews_on: terms.renews_on });
  return null;
}

function withRest({ available, terms: { payout } }) {
  const rest = available - payout.fee;
  return rest <= 0 || rest > payout.amount_max || QUICK.includes(rest) ? QUICK : [...QUICK, rest];
}

function amountForm(kind, links, seen) {
  const before = wish?.session === here() && wish.kind === kind ? wish : {};
  let link = links.find(({ id }) => id === (before.account ?? chosen)?.id) ?? links[0];
  const amount = amountField((value) => objection(value, kind, seen));
  amount.input.value = before.amount ? grouped(before.amount) : "";
  const said = h("p", { class: "hint", "aria-live": "polite" });
  const say = () => (said.textContent = words(Number(digitsOf(amount.input.value))));
  amount.input.addEventListener("input", say);
  amount.input.after(said);
  say();
  const which = choice({
    name: "link", legend: t(`bank.${kind}-account`), value: link.id, changed: (id) => (link = links.find((one) => one.id === id)),
    options: links.map(({ id, bank, masked_account }) => [id, bank, masked_account]),
  });
  const act = (values) => {
    const { fee } = seen.terms[WAYS[kind].terms];
    wish = { customer: seen.customer, session: here(), kind, account: ours(link), fee, ...values };
    go(`${WAYS[kind].route}/confirm`);
  };
  return [
    kind === "payout" && h("p", { class: "lead" }, t("withdraw.have", { available: money(seen.available) })),
    form({
      before: [which, h("a", { class: "textual", href: "#/banks" }, t("banks.title"))],
      fields: [amount], after: quickAmounts(amount.input, kind === "payout" ? withRest(seen) : QUICK), submit: t("withdraw.next"), act,
    }),
  ];
}

export function bankConfirmScreen() {
  if (wish?.session !== here()) return { body: (location.replace("#/home"), "") };
  const { session, ...one } = wish;
  const { customer, kind, account: over, amount, fee } = one;
  const more = h("div", { class: "stack" });
  let again = false;
  const twice = () => h("button", { type: "button", class: "plain", onclick: () => {
    again = true;
    more.closest("form").requestSubmit();
  } }, t("bank.twice"));
  const act = async ({ pin }, waiting) => {
    const capture = picture(more);
    const left = unheardOfBank(customer);
    if (left && JSON.stringify(left.wish) !== JSON.stringify(one)) return go("bank/unsure"); // of another tab
    const wished = attempt(one);
    const body = {
      bank_link_id: over.id, amount, pin, ...(again && { again }),
      ...(kind === "payout" && { fee, ...(capture && { face_capture: capture }) }),
    };
    let isUnheard = false;
    try {
      const payment = await wallet.send(WAYS[kind].path, body, { key: wished.key }, () => ((isUnheard = true), waiting()));
      if (here() === session) settled(wished, payment);
      else wished.settle();
    } catch (error) {
      if (error.slug === "step-up-required") more.replaceChildren(samples("face_capture", t("confirm.face"), FACES));
      if (error.slug === "bank-payment-pending") {
        more.replaceChildren(h("a", { class: "button", href: `#/bank/${error.body.bank_payment_id}` }, t("unsure.look")), twice());
      }
      const isOver = /^(idempotency-key-reused|answer-forgotten)$/.test(error.slug);
      const before = isOver && (await begunBy(wished));
      if (before) return settled(wished, before);
      if (error instanceof Problem && !isOver && !error.keyed && !isUnheard) wished.refused();
      throw error;
    }
  };
  return {
    body: [
      account(over),
      h("div", {}, h("p", { class: "figure huge" }, money(amount)), h("p", { class: "hint said" }, words(amount))),
      facts([
        [t("send.fee"), fee ? money(fee) : t("send.free")],
        [t(`bank.${kind}-taken`), h("strong", { class: "figure" }, money(amount + fee))],
      ]),
      form({
        fields: [pinField({ label: t("field.pin"), hint: t("bank.pin-hint") })],
        after: more, submit: t(`bank.${kind}-submit`, { amount: money(amount) }), act,
      }),
    ],
  };
}

// An answer that never came, in this tab or in one that was closed: the service knows whether it was begun.
export function bankUnsureScreen() {
  const load = async () => {
    const [session, left] = [here(), await unsure()];
    return { session, left, payment: left && (await begunBy(left)) };
  };
  const show = ({ session, left, payment }) => {
    if (!left) return go("home");
    if (payment) return settled(left, payment);
    const drop = h("button", { class: "plain", onclick: () => (left.settle(), (wish = null), go("home")) }, t("bank.drop"));
    if (!left.wish) return [unbegun(t("bank.unbegun")), drop];
    if (left.wish.kind === "bill") {
      const again = h("button", { onclick: () => (left.settle(), go("bills")) }, t("bank.again"));
      return [unbegun(t("bank.bill-unbegun", { amount: money(left.wish.amount) })), again, drop];
    }
    wish = { ...left.wish, session };
    return [
      unbegun(t(`bank.${wish.kind}-unbegun`, { amount: money(wish.amount) })), account(wish.account),
      h("a", { class: "button", href: `#/${WAYS[wish.kind].route}/confirm` }, t("bank.again")), drop,
    ];
  };
  return { body: loaded(load, show) };
}

const unbegun = (what) => h("div", { class: "notice wait", role: "status" }, h("strong", {}, what), h("p", {}, t("bank.once")));

export function bankPaymentScreen({ id }) {
  const body = h("div", { class: "stack", role: "status" });
  let shown = null;
  async function ask() {
    try {
      const payment = await wallet.get(`/wallet/v1/bank-payments/${id}`);
      if (payment.kind === "bill") return location.replace(`#/bill/${id}`);
      if (payment.status !== shown) body.replaceChildren(...outcome(payment).filter(Boolean)); // read out once, not at each asking
      shown = payment.status;
      return payment.status === "pending";
    } catch (error) {
      body.replaceChildren(problemBox(error));
      shown = null;
      if (error instanceof Problem) return false;
      throw error;
    }
  }
  return { body, stop: watch(ask, 3_000) };
}

function outcome({ kind, status, bank, masked_account, amount, fee, reason, created_at }) {
  const mark = { succeeded: "good", declined: "bad" }[status] ?? "wait";
  const [what, next] = reason && known(`reason.${reason}`) ? t(`reason.${reason}`).split("\n") : [reason, null];
  return [
    h("div", { class: `notice ${mark}` }, h("strong", {}, t(`bank.${kind}-${status}`)), h("p", { class: "figure" }, money(amount)),
      h("p", {}, t(`bank.${kind}-${status}-next`))),
    reason && h("div", { class: "reason" }, h("strong", {}, what), next && h("p", {}, next)),
    facts([
      [t(`bank.${kind}-account`), [bank, h("br"), masked_account]],
      fee > 0 && [t("send.fee"), money(fee)],
      [t("ended.when"), dateTime(created_at)],
    ]),
    h("div", { class: "row" }, h("a", { class: "button", href: "#/home" }, t("home.go")),
      status === "declined" && h("a", { class: "button plain", href: `#/${WAYS[kind].route}` }, t("bank.retry"))),
  ];
}

// The linked accounts, and what went over them.
export function banksScreen() {
  const show = ({ items }) => [
    items.length ? h("ul", { class: "list" }, items.map(linkRow)) : h("p", { class: "empty" }, t("bank.none")),
    h("a", { class: "button plain", href: "#/link" }, t("link.title")),
  ];
  const page = (cursor) => wallet.get(`/wallet/v1/bank-payments?${new URLSearchParams({ limit: 20, ...(cursor && { cursor }) })}`);
  return {
    body: [
      loaded(() => wallet.get("/wallet/v1/bank-links"), show),
      h("section", { class: "stack apart" }, h("h2", {}, t("banks.payments")), paged(page, paymentRow, t("banks.empty"))),
    ],
  };
}

function linkRow({ id, bank, masked_account }) {
  const row = h("li", { class: "stack" });
  const ask = h("button", { class: "danger plain", "aria-label": `${t("banks.remove")}: ${bank} ${masked_account}`, onclick: () =>
    ask.replaceWith(form({
      before: h("p", {}, t("banks.remove-note")),
      fields: [pinField({ name: `pin-${id}`, label: t("field.pin") })],
      submit: t("banks.remove"),
      act: async (values) => {
        await wallet.post(`/wallet/v1/bank-links/${id}/removal`, { pin: values[`pin-${id}`] });
        row.remove();
        announce(t("banks.removed"));
      },
    })) }, t("banks.remove"));
  row.append(h("h3", {}, bank, " ", masked_account), ask);
  return row;
}

function paymentRow({ id, kind, status, amount, bank, created_at }) {
  const [sign, look] = kind === "top-up" ? ["+", "in"] : ["−", "out"];
  return h("li", {}, h("a", { class: "item entry", href: `#/${kind === "bill" ? kind : "bank"}/${id}` },
    h("span", {}, h("strong", {}, t(`kind.${kind}`)), bank && h("small", {}, bank), h("small", {}, dateTime(created_at))),
    h("span", { class: "sum" }, h("strong", { class: look }, `${sign}${money(amount)}`), h("small", {}, t(`banks.${status}`)))));
}

export function linkScreen() {
  const number = field({
    name: "account_number", label: t("link.account"), hint: t("link.account-hint"), inputmode: "numeric", maxlength: 19,
    shape: digitsOf, check: (value) => (/^\d{6,19}$/.test(value) ? null : t("link.account-digits")),
  });
  const bank = h("section", { class: "where stack" }, h("h2", {}, t("link.bank")),
    h("p", {}, chosen?.bin ? [h("strong", {}, chosen.short_name), h("br"), chosen.name] : t("link.bank-none")),
    h("a", { class: "button plain", href: "#/link/bank" }, t(chosen?.bin ? "link.bank-other" : "link.bank-choose")));
  const act = async (values) => {
    if (!chosen?.bin) return go("link/bank");
    const link = await wallet.post("/wallet/v1/bank-links", { bin: chosen.bin, ...values });
    chosen = { id: link.id };
    location.replace(`#/${WAYS[way].route}`);
  };
  return {
    body: form({ before: bank, fields: [number], after: simulated(h("p", {}, t("link.simulated"))), submit: t("link.submit"), act }),
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
  const row = (bank) => h("li", {}, h("button", { class: "item", onclick: () => ((chosen = bank), go("link")) },
    h("strong", {}, bank.short_name), h("span", {}, bank.name)));
  return { body: loaded(() => wallet.get("/wallet/v1/banks"), show) };
}
