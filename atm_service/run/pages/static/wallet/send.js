// Sending money to another wallet: to whom, how much, the name that is confirmed, then the PIN. And the QR for receiving.

import { Problem } from "../api.js";
import { h } from "../dom.js";
import { dateTime, digitsOf, grouped, money } from "../format.js";
import { facts, field, form, loaded, pinField } from "../forms.js";
import { t } from "../i18n.js";
import { explain, problemBox } from "../problems.js";
import { announce, go } from "../shell.js";
import { words } from "../words.js";
import { attempt, hideWishes, unheard, wallet } from "./account.js";
import { markRead, unread } from "./appointment.js";
import { picture, samples } from "./samples.js";
import { amountField, quickAmounts } from "./withdraw.js";

const QUICK = [50_000, 100_000, 200_000, 500_000, 1_000_000];
const FACES = ["clear", "other-face", "down"];
const CODE = /^softatm:/i;

// Whom and what the payer has chosen so far: `seen` is the service's answer about the payee, `customer` whose wish it is,
// `session` in which.
let wish = null;

const here = () => wallet.session()?.id;

export const forgetWish = () => (wish = null);
export function sendable(step) {
  if (!wish || wish.session !== here()) return false;
  const isConfirm = step === "confirm";
  return !unheard(wish.customer, isConfirm && wish.seen.intention_id) && (isConfirm ? wish.amount : wish.available) !== undefined;
}

const end = ({ phone_end }) => phone_end && t("send.phone-end", { end: phone_end });
const personCard = (person) => h("section", { class: "where" }, h("strong", { class: "person" }, person.masked_name), h("p", {}, end(person)));

async function choose(to) {
  const session = here();
  const [account, seen] = await Promise.all([wallet.get("/wallet/v1/account"), wallet.post("/wallet/v1/payees", { to })]);
  wish = { customer: account.customer_id, session, available: account.available, seen };
  go(unheard(wish.customer) ? "send/unsure" : "send/amount");
}

// This customer's transfer whose answer never came, if there is one. It is resolved before anything new is sent.
async function unsure() {
  const { customer_id } = await wallet.get("/wallet/v1/account");
  hideWishes(customer_id);
  return unheard(customer_id);
}

const sentBy = async ({ intention_id }) => (await wallet.get(`/wallet/v1/transfers?intention_id=${intention_id}`)).items[0];

function settled(left, transfer) {
  left.settle();
  forgetWish();
  location.replace(`#/sent/${transfer.id}`); // going back must not lead to the PIN of what was sent
}

export function sendScreen() {
  forgetWish();
  const show = (left) => (left ? location.replace("#/send/unsure") : payeeStep());
  return { title: "send.title", back: "home", body: loaded(unsure, show) };
}

function payeeStep() {
  const typed = field({
    name: "to", label: t("send.to"), hint: t("send.to-hint"), inputmode: "tel", maxlength: 64,
    check: (value) => (CODE.test(value) || digitsOf(value).length >= 9 ? null : t("field.phone-ten")),
  });
  const act = ({ to }) => choose(CODE.test(to) ? { code: to } : { phone: to });
  const person = ({ transfer_id, ...one }) => h("li", {}, h("button", { class: "item", onclick: async (event) => {
    const [row, trouble] = [event.currentTarget, h("div", {})];
    row.nextSibling?.remove();
    await choose({ transfer_id }).catch((error) => (trouble.append(problemBox(error)), row.after(trouble)));
  } }, h("strong", {}, one.masked_name), h("span", {}, end(one))));
  const lately = loaded(() => wallet.get("/wallet/v1/payees"), ({ items }) =>
    items.length ? [h("h2", {}, t("send.lately")), h("ul", { class: "list" }, items.map(person))] : []);
  return [form({ fields: [typed], submit: t("send.look-up"), act }), lately, h("a", { class: "textual", href: "#/receive" }, t("receive.title"))];
}

// The service decides; this only saves a journey over the line. The words are those of the service's own refusals.
function objection(amount, { available, seen }) {
  const refuse = (slug, members) => Object.values(explain(new Problem(409, { type: slug, ...members }))).filter(Boolean).join(". ");
  if (!amount) return t("withdraw.amount-missing");
  if (amount < seen.amount_min || amount > seen.amount_max) return refuse("amount-out-of-range", seen);
  if (amount + seen.fee > available) return refuse("insufficient-funds", { available });
  if (amount > seen.left_today) return refuse("transfer-limit-reached", { remaining: seen.left_today, renews_on: seen.renews_on });
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
  const { customer, session, seen, amount, message } = wish;
  const { intention_id, payee, person, fee } = seen;
  const face = h("div", {});
  const act = async ({ pin }, waiting) => {
    const capture = picture(face);
    const body = { payee, amount, ...(message && { message }), pin, ...(capture && { face_capture: capture }) };
    if (unheard(customer, intention_id)) return go("send/unsure"); // of another tab, since this screen was opened
    const wished = attempt({ customer, seen: { intention_id, payee, person, fee }, amount, message });
    let isUnheard = false;
    const again = () => ((isUnheard = true), waiting());
    try {
      const transfer = await wallet.send("/wallet/v1/transfers", body, { key: wished.key }, again);
      if (here() === session) settled(wished, transfer);
      else wished.settle();
    } catch (error) {
      if (error.slug === "step-up-required") face.replaceChildren(samples("face_capture", t("confirm.face"), FACES));
      const isOver = /^(already-sent|idempotency-key-reused|answer-forgotten|intention-lapsed)$/.test(error.slug);
      const before = isOver && (await sentBy(seen));
      if (before) return settled(wished, before);
      if (error.slug === "intention-lapsed") wished.settle(), forgetWish();
      else if (error instanceof Problem && !isOver && !error.keyed && !isUnheard) wished.refused();
      throw error;
    }
  };
  return {
    title: "send.confirm", back: "send/amount",
    body: [
      personCard(person),
      h("div", {}, h("p", { class: "figure huge" }, money(amount)), h("p", { class: "hint said" }, words(amount))),
      facts([
        [t("send.fee"), fee ? money(fee) : t("send.free")],
        [t("send.total"), h("strong", { class: "figure" }, money(amount + fee))],
        message && [t("send.message"), message],
      ]),
      form({
        fields: [pinField({ label: t("field.pin"), hint: t("send.pin-hint") })],
        after: face, submit: t("send.submit", { amount: money(amount) }), act,
      }),
    ],
  };
}

const notSent = (what, next) => h("div", { class: "notice wait", role: "status" }, h("strong", {}, what), h("p", {}, next));

// An answer that never came, in this tab or in one that was closed: the service knows whether it was sent.
export function unsureScreen() {
  const load = async () => {
    const session = here();
    const left = await unsure();
    return { left, session, transfer: left && (await sentBy(left)) };
  };
  const show = ({ left, session, transfer }) => {
    if (!left) return go("home");
    if (transfer) return settled(left, transfer);
    const drop = h("button", { class: "plain", onclick: () => (left.settle(), forgetWish(), go("home")) }, t("unsure.drop"));
    if (!left.wish) return [notSent(t("unsure.none"), t("unsure.none-next")), drop];
    wish = { ...left.wish, session };
    const { amount, seen } = wish;
    return [
      notSent(t("unsure.not-sent", { amount: money(amount), name: seen.person.masked_name }), t("unsure.once")),
      h("a", { class: "button", href: "#/send/confirm" }, t("unsure.again")), drop,
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
    const [shown, picture] = await Promise.all([wallet.get("/wallet/v1/receive"), wallet.raw("/wallet/v1/receive/qr.png")]);
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
