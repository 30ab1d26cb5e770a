// Sending money to another wallet: to whom, how much, the name that is confirmed, then the PIN. And the QR for receiving.

import { intention, Problem, unsettled } from "../api.js";
import { h } from "../dom.js";
import { dateTime, digitsOf, grouped, money } from "../format.js";
import { facts, field, form, loaded, pinField } from "../forms.js";
import { t } from "../i18n.js";
import { explain } from "../problems.js";
import { announce, go } from "../shell.js";
import { words } from "../words.js";
import { wallet } from "./account.js";
import { markRead, unread } from "./appointment.js";
import { samples } from "./samples.js";
import { amountField, quickAmounts } from "./withdraw.js";

const NAME = "transfer";
const QUICK = [50_000, 100_000, 200_000, 500_000, 1_000_000];
const FACES = ["clear", "other-face", "down"];
const CODE = /^softatm:/i;

// Whom and what the payer has chosen so far: `seen` is the service's answer about the payee, `customer` whose wish it is.
let wish = null;

export const forgetWish = () => (wish = null);
export const sendable = (step) => Boolean(wish?.seen && (step === "amount" || wish.amount));

const end = ({ phone_end }) => t("send.phone-end", { end: phone_end });
const personCard = (person) => h("section", { class: "where" }, h("strong", { class: "person" }, person.masked_name), h("p", {}, end(person)));

async function choose(to) {
  const [account, seen] = await Promise.all([wallet.get("/wallet/v1/account"), wallet.post("/wallet/v1/payees", { to })]);
  wish = { customer: account.customer_id, available: account.available, seen };
  go("send/amount");
}

// What was sent in this phone's name, and whose answer never came; of this customer alone.
export function unsure(customer) {
  const left = unsettled(NAME, localStorage);
  return left?.facts.customer === customer ? left : null;
}

const sentBy = async ({ intention_id }) => (await wallet.get(`/wallet/v1/transfers?intention_id=${intention_id}`)).items[0];

function settled(left, transfer) {
  left.settle();
  forgetWish();
  location.replace(`#/sent/${transfer.id}`); // going back must not lead to the PIN of what was sent
}

export function sendScreen() {
  forgetWish();
  const typed = field({
    name: "to", label: t("send.to"), hint: t("send.to-hint"), inputmode: "tel", maxlength: 64,
    check: (value) => (CODE.test(value) || digitsOf(value).length >= 9 ? null : t("field.phone-ten")),
  });
  const act = ({ to }) => choose(CODE.test(to) ? { code: to } : { phone: to });
  const person = ({ transfer_id, ...one }) => h("li", {}, h("button", { class: "item", onclick: async (event) => {
    const [row, trouble] = [event.currentTarget, h("div", {})];
    row.nextSibling?.remove();
    await choose({ transfer_id }).catch((error) => (trouble.append(problem(error)), row.after(trouble)));
  } }, h("strong", {}, one.masked_name), h("span", {}, end(one))));
  const lately = loaded(() => wallet.get("/wallet/v1/payees"), ({ items }) =>
    items.length ? [h("h2", {}, t("send.lately")), h("ul", { class: "list" }, items.map(person))] : []);
  return {
    title: "send.title", back: "home",
    body: [form({ fields: [typed], submit: t("send.look-up"), act }), lately, h("a", { class: "textual", href: "#/receive" }, t("receive.title"))],
  };
}

function problem(error) {
  const { title, next } = explain(error);
  return h("div", { class: "notice bad", role: "alert" }, h("strong", {}, title), next && h("p", {}, next));
}

// The service decides; this only saves a journey over the line. The words are those of the service's own refusals.
function objection(amount, { available, seen }) {
  const refuse = (slug, members) => Object.values(explain(new Problem(409, { type: slug, ...members }))).filter(Boolean).join(". ");
  if (!amount) return t("withdraw.amount-missing");
  if (amount < seen.amount_min || amount > seen.amount_max) return refuse("amount-out-of-range", seen);
  if (amount + seen.fee > available) return refuse("insufficient-funds", { available });
  if (amount > seen.left_today) return refuse("transfer-limit-reached", { remaining: seen.left_today });
  return null;
}

export function sendAmountScreen() {
  const amount = amountField((value) => objection(value, wish));
  const said = h("p", { class: "hint", "aria-live": "polite" });
  const say = () => (said.textContent = words(Number(digitsOf(amount.input.value))));
  amount.input.addEventListener("input", say);
  amount.input.value = wish.amount ? grouped(wish.amount) : "";
  amount.input.after(said);
  say();
  const message = field({ name: "message", label: t("send.message"), hint: t("send.message-hint"), maxlength: 100 });
  message.input.value = wish.message ?? "";
  const act = (values) => {
    Object.assign(wish, values);
    go("send/confirm");
  };
  return {
    title: "send.how-much", back: "send",
    body: [
      personCard(wish.seen.person), h("p", { class: "lead" }, t("withdraw.have", { available: money(wish.available) })),
      form({ fields: [amount, message], after: quickAmounts(amount.input, QUICK), submit: t("withdraw.next"), act }),
    ],
  };
}

export function sendConfirmScreen() {
  const { customer, available, seen, amount, message } = wish;
  const face = h("div", {});
  const act = async ({ pin }, waiting) => {
    const capture = face.querySelector("select")?.value;
    const body = { payee: seen.payee, amount, ...(message && { message }), pin, ...(capture && { face_capture: capture }) };
    const wished = intention(NAME, { customer, available, seen, amount, message }, localStorage);
    try {
      settled(wished, await wallet.send("/wallet/v1/transfers", body, wished, waiting));
    } catch (error) {
      if (error.slug === "step-up-required") face.replaceChildren(samples("face_capture", t("confirm.face"), FACES));
      if (error.slug === "intention-lapsed") wished.settle(), forgetWish();
      const before = /^(already-sent|idempotency-key-reused|answer-forgotten)$/.test(error.slug) && (await sentBy(seen));
      if (!before) throw error;
      settled(wished, before);
    }
  };
  return {
    title: "send.confirm", back: "send/amount",
    body: [
      personCard(seen.person),
      h("div", {}, h("p", { class: "figure huge" }, money(amount)), h("p", { class: "hint said" }, words(amount))),
      facts([
        [t("send.fee"), seen.fee ? money(seen.fee) : t("send.free")],
        [t("send.total"), h("strong", { class: "figure" }, money(amount + seen.fee))],
        message && [t("send.message"), message],
      ]),
      form({
        fields: [pinField({ label: t("field.pin"), hint: t("send.pin-hint") })],
        after: face, submit: t("send.submit", { amount: money(amount) }), act,
      }),
    ],
  };
}

// An answer that never came, in this tab or in one that was closed: the service knows whether it was sent.
export function unsureScreen() {
  const load = async () => {
    const left = unsure((await wallet.get("/wallet/v1/account")).customer_id);
    return { left, transfer: left && (await sentBy(left.facts.seen)) };
  };
  const show = ({ left, transfer }) => {
    if (!left) return go("home");
    if (transfer) return settled(left, transfer);
    wish = left.facts;
    const { amount, seen } = wish;
    return [
      h("div", { class: "notice wait", role: "status" }, h("strong", {}, t("unsure.not-sent", { amount: money(amount), name: seen.person.masked_name })),
        h("p", {}, t("unsure.once"))),
      h("a", { class: "button", href: "#/send/confirm" }, t("unsure.again")),
      h("button", { class: "plain", onclick: () => (left.settle(), forgetWish(), go("home")) }, t("unsure.drop")),
    ];
  };
  return { title: "unsure.title", back: "home", body: loaded(load, show) };
}

export function transferScreen({ id }) {
  const show = (transfer) => {
    readNotices(id);
    return proof(transfer);
  };
  return { title: "sent.title", back: "transfers", body: loaded(() => wallet.get(`/wallet/v1/transfers/${id}`), show) };
}

async function readNotices(id) {
  for (const notice of await unread()) if (notice.transfer_id === id) markRead(notice);
}

function proof({ number, direction, person, amount, fee, message, made_at }) {
  return [
    h("div", { class: "ending paid", role: "status" }, h("p", { class: "mark", "aria-hidden": "true" }, "✓"), h("h2", {}, t(`sent.${direction}`)),
      h("p", { class: "figure huge" }, money(amount)), h("p", { class: "said" }, words(amount))),
    facts([
      [t(direction === "sent" ? "sent.to" : "sent.from"), [person.masked_name, h("br"), end(person)]],
      fee > 0 && [t("send.fee"), money(fee)],
      message && [t("send.message"), message],
      [t("ended.when"), dateTime(made_at)],
      [t("sent.number"), h("strong", { class: "number-of" }, number)],
    ]),
    h("p", { class: "hint" }, t("sent.keep")),
    h("a", { class: "button", href: "#/home" }, t("home.go")),
  ];
}

export function transferRow({ id, direction, person, amount, made_at }) {
  return h("li", {}, h("a", { class: "item entry", href: `#/sent/${id}` },
    h("span", {}, h("strong", {}, person.masked_name), h("small", {}, dateTime(made_at))),
    h("span", { class: "sum" }, h("strong", { class: direction === "sent" ? "out" : "in" }, `${direction === "sent" ? "−" : "+"}${money(amount)}`))));
}

export function receiveScreen() {
  let address = null;
  const load = async () => {
    const [shown, picture] = await Promise.all([wallet.get("/wallet/v1/receive"), wallet.raw("/wallet/v1/receive/qr.svg")]);
    address = URL.createObjectURL(picture);
    return shown;
  };
  const show = ({ code, masked_name }) => [
    h("div", { class: "ticket receive" }, h("img", { class: "qr", src: address, alt: t("receive.qr-alt") }), h("p", {}, h("strong", { class: "person" }, masked_name))),
    h("p", {}, t("receive.how")),
    h("p", { class: "label" }, t("receive.text")), h("p", {}, h("code", {}, code)),
    navigator.clipboard && h("button", { class: "plain", onclick: async () => {
      await navigator.clipboard.writeText(code).then(() => announce(t("demo.copied")), () => {});
    } }, t("receive.copy")),
  ];
  return { title: "receive.title", back: "home", body: loaded(load, show), stop: () => address && URL.revokeObjectURL(address) };
}
