// Authorising a withdrawal: amount and lifetime, where, then the PIN.

import { intention, now, Problem } from "../api.js";
import { h } from "../dom.js";
import { dayOfWeek, digitsOf, grouped, money, span, typedAmount } from "../format.js";
import { choice, facts, field, form, loaded, pinField } from "../forms.js";
import { t } from "../i18n.js";
import { explain } from "../problems.js";
import { go } from "../shell.js";
import { wallet } from "./account.js";
import { dayChoice, days } from "./appointment.js";
import { canPayBadge, chooser } from "./offices.js";
import { keep } from "./safe.js";
import { picture, samples } from "./samples.js";

const QUICK = [200_000, 500_000, 1_000_000, 2_000_000, 5_000_000];
const FACES = ["clear", "other-face", "down"];
const LIFETIMES = ["journey", "counter", "scheduled"];

// What the customer has chosen so far; it outlives the steps, not the page, and is of one session.
let wish = { amount: "" };
let lifetimes; // the account's

const words = (name) => t(`lifetime.${name}`, { span: span(lifetimes[`${name}_min`]) });

// The service decides; this only saves a journey over the line. The words are those of the service's own refusals.
function objection(amount, { available, limits }) {
  const refuse = (slug, members) => Object.values(explain(new Problem(409, { type: slug, ...members }))).filter(Boolean).join(". ");
  if (!amount) return t("withdraw.amount-missing");
  if (amount % limits.multiple) return refuse("amount-not-multiple", limits);
  if (amount < limits.amount_min || amount > limits.amount_max) return refuse("amount-out-of-range", limits);
  if (amount > available) return refuse("insufficient-funds", { available });
  if (amount > limits.remaining_today) return refuse("customer-limit-reached", { remaining: limits.remaining_today, renews_on: limits.renews_on });
  return null;
}

export function amountField(check) {
  return field({
    name: "amount", label: t("field.amount"), inputmode: "numeric", maxlength: 15, class: "big",
    shape: typedAmount, read: (value) => Number(digitsOf(value)), check: (value) => check(Number(digitsOf(value))),
  });
}

export function quickAmounts(input, amounts) {
  return h("div", { class: "quick", role: "group", "aria-label": t("withdraw.quick") }, amounts.map((amount) =>
    h("button", { type: "button", class: "plain", onclick: () => {
      input.value = grouped(amount);
      input.dispatchEvent(new Event("input"));
    } }, money(amount))));
}

export function withdrawScreen() {
  const session = wallet.session().id;
  if (wish.session !== session) wish = { amount: "", session };
  return { title: "withdraw.title", back: "home", body: loaded(() => wallet.get("/wallet/v1/account"), amountStep) };
}

function amountStep(account) {
  lifetimes = account.limits.lifetimes;
  wish.lifetime ??= lifetimes.default;
  const amount = amountField((value) => objection(value, account));
  amount.input.value = wish.amount;
  amount.input.addEventListener("input", () => (wish.amount = amount.input.value));
  const where = h("div", { class: "stack" });
  const place = () => where.replaceChildren(...[officeRow(place), dayRow()].filter(Boolean));
  const lifetime = choice({
    name: "lifetime", legend: t("withdraw.lifetime"), value: wish.lifetime,
    options: LIFETIMES.map((name) => [name, words(name), t(`lifetime.${name}-note`)]),
    changed: (name) => ((wish.lifetime = name), place()),
  });
  place();
  const next = () => {
    if (wish.lifetime !== "scheduled" || wish.office) return go("withdraw/confirm");
    throw new Problem(409, { type: "office-required" });
  };
  return [
    h("p", { class: "lead" }, t("withdraw.have", { available: money(account.available) })),
    form({
      fields: [amount], after: [quickAmounts(amount.input, QUICK), lifetime, where], submit: t("withdraw.next"), act: next,
    }),
  ];
}

// An appointment is for a day: today unless another one is chosen.
function dayRow() {
  if (wish.lifetime !== "scheduled") return null;
  const last = now() + lifetimes.scheduled_min * 60_000;
  if (!days(last).includes(wish.day)) wish.day = days(last)[0];
  return dayChoice({ value: wish.day, last, changed: (day) => (wish.day = day) });
}

function officeRow(changed) {
  const { office, lifetime } = wish;
  const find = h("a", { class: "button plain", href: "#/withdraw/office" }, t(office ? "withdraw.office-other" : "withdraw.office-choose"));
  const clear = office && lifetime !== "scheduled" &&
    h("button", { type: "button", class: "plain", onclick: () => ((wish.office = null), changed()) }, t("withdraw.office-any"));
  return h("section", { class: "where stack" },
    h("h2", {}, t("withdraw.where")),
    office
      ? [h("p", {}, h("strong", {}, office.name), h("br"), `${office.unit}, ${office.area}`), canPayBadge(office)]
      : h("p", {}, t(lifetime === "scheduled" ? "withdraw.where-scheduled" : "withdraw.where-any")),
    office && h("p", { class: "hint" }, t("withdraw.where-bound")),
    h("div", { class: "row" }, find, clear));
}

export function withdrawOfficeScreen() {
  const choose = (office) => ((wish.office = office), go("withdraw"));
  return { title: "offices.choose", back: "withdraw", body: chooser({ amount: Number(digitsOf(wish.amount)), choose }) };
}

export function confirmScreen() {
  const amount = Number(digitsOf(wish.amount));
  const { lifetime, office } = wish;
  const day = lifetime === "scheduled" ? wish.day : null;
  const face = h("div", {});
  const act = async ({ pin }, waiting) => {
    const chosen = { amount, lifetime, ...(office && { office: office.code }), ...(day && { day }) };
    const capture = picture(face);
    const body = { ...chosen, pin, ...(capture && { face_capture: capture }) };
    const wished = intention("withdrawal", chosen);
    const withdrawal = await wallet.send("/wallet/v1/withdrawals", body, wished, waiting).catch((error) => {
      if (error.slug === "step-up-required") face.replaceChildren(samples("face_capture", t("confirm.face"), FACES));
      throw error;
    });
    wish = { amount: "" };
    keep({ withdrawal, png: null, office });
    location.replace(`#/code/${withdrawal.id}`); // going back must not lead to the PIN of a code already made
  };
  return {
    title: "confirm.title", back: "withdraw",
    body: [
      h("p", { class: "figure huge" }, money(amount)),
      facts([
        [t("withdraw.lifetime"), words(lifetime)],
        [t("withdraw.where"), office ? `${office.name}, ${office.unit}` : t("confirm.anywhere")],
        day && [t("appointment.day"), dayOfWeek(day)],
      ]),
      form({
        fields: [pinField({ label: t("field.pin"), hint: t("confirm.pin-hint") })],
        after: face, submit: t("confirm.submit", { amount: money(amount) }), act,
      }),
    ],
  };
}

// The PIN step without an amount (a reload, an old address) starts over.
export const confirmable = () => wish.amount !== "" && wish.session === wallet.session().id;
