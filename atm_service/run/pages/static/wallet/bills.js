// Public-service fees: which case, what is due and from whom, the PIN, and the proof that it was paid. Loaded when it is
// wanted, with its words; main.js has the titles.

import { Problem } from "../api.js";
import { h } from "../dom.js";
import { dateTime, day, money } from "../format.js";
import { choice, facts, field, form, loaded, pinField } from "../forms.js";
import { alsoFrom, known, language, load, t } from "../i18n.js";
import { problemBox } from "../problems.js";
import { go } from "../shell.js";
import { words } from "../words.js";
import { attempt, hideWishes, unheardOfBank, wallet } from "./account.js";
import { markRead, unread } from "./appointment.js";
import { picture, samples, simulated } from "./samples.js";
import { watch } from "./watch.js";

const PROCEDURES = ["civil-status", "certification", "land", "business", "criminal-record", "traffic-fine"];
const CASE = /^[A-Za-z0-9][A-Za-z0-9./-]{3,29}$/;
const FACES = ["clear", "other-face", "down"];

// Which case somebody named, in which session, and what was due then; a change of language makes the screens anew.
let named = { procedure: PROCEDURES[0], case_number: "" };
let seen = null;

alsoFrom("./i18n/bills/");
await load(language);

const here = () => wallet.session()?.id;
const what = ({ procedure, case_number }) => h("section", { class: "where" },
  h("strong", {}, t(`procedure.${procedure}`)), h("p", { class: "number-of" }, case_number));

export function billsScreen() {
  const fetched = async () => {
    const { customer_id, available } = await wallet.get("/wallet/v1/account");
    hideWishes(customer_id);
    return { customer: customer_id, available, left: unheardOfBank(customer_id) };
  };
  const show = ({ customer, available, left }) => {
    if (left) return location.replace("#/bank/unsure");
    if (named.session !== here()) named = { procedure: PROCEDURES[0], case_number: "", session: here() };
    const number = field({
      name: "case_number", label: t("bills.case"), hint: t("bills.case-hint"), maxlength: 30, autocapitalize: "characters",
      check: (value) => (CASE.test(value) ? null : t("bills.case-wrong")),
    });
    number.input.value = named.case_number;
    number.input.addEventListener("input", () => (named.case_number = number.value()));
    const which = choice({
      name: "procedure", legend: t("bills.procedure"), value: named.procedure, changed: (one) => (named.procedure = one),
      options: PROCEDURES.map((one) => [one, t(`procedure.${one}`), t(`procedure.${one}-note`)]),
    });
    const act = async ({ case_number }) => {
      const { procedure } = named;
      const offer = await wallet.post("/wallet/v1/bill-offers", { procedure, case_number });
      seen = { ...offer, customer, session: here(), case_number };
      go("bills/confirm");
    };
    return [
      h("p", { class: "lead" }, t("withdraw.have", { available: money(available) })),
      form({
        before: which, fields: [number], submit: t("bills.look"), act, after: simulated(h("p", {}, t("bills.simulated"))),
      }),
    ];
  };
  return { body: loaded(fetched, show) };
}

function settled(wished, id) {
  wished.settle();
  seen = null;
  named = {};
  location.replace(`#/bill/${id}`); // going back must not lead to the PIN of what was begun
}

export function billConfirmScreen() {
  if (!seen || seen.session !== here()) return { body: (location.replace("#/bills"), "") };
  const { customer, session, offer, amount, fee, payer, due_on } = seen;
  const more = h("div", { class: "stack" });
  const wish = { customer, kind: "bill", offer, amount };
  const act = async ({ pin }, waiting) => {
    const left = unheardOfBank(customer);
    if (left && left.wish?.offer !== offer) return go("bank/unsure"); // of another tab
    const capture = picture(more);
    const wished = attempt(wish);
    let isUnheard = false;
    try {
      const body = { offer, pin, ...(capture && { face_capture: capture }) };
      const bill = await wallet.send("/wallet/v1/bills", body, { key: wished.key }, () => ((isUnheard = true), waiting()));
      if (here() === session) settled(wished, bill.id);
      else wished.settle();
    } catch (error) {
      if (error.slug === "step-up-required") more.replaceChildren(samples("face_capture", t("confirm.face"), FACES));
      if (error.slug === "bill-begun") return settled(wished, error.body.bank_payment_id);
      if (error.slug === "bank-payment-pending") {
        more.replaceChildren(h("a", { class: "button", href: `#/bill/${error.body.bank_payment_id}` }, t("unsure.look")));
      }
      if (error instanceof Problem && !error.keyed && !isUnheard) wished.refused();
      throw error;
    }
  };
  return {
    body: [
      what(seen),
      h("div", {}, h("p", { class: "figure huge" }, money(amount)), h("p", { class: "hint said" }, words(amount))),
      facts([
        payer && [t("bills.payer"), h("strong", {}, payer)],
        [t("bills.to"), t("bills.treasury")],
        due_on && [t("bills.due-on"), day(due_on)],
        [t("send.fee"), fee ? money(fee) : t("send.free")],
        [t("send.total"), h("strong", { class: "figure" }, money(amount + fee))],
      ]),
      form({
        fields: [pinField({ label: t("field.pin"), hint: t("bills.pin-hint") })],
        after: more, submit: t("bills.submit", { amount: money(amount + fee) }), act,
      }),
    ],
  };
}

export function billScreen({ id }) {
  const body = h("div", { class: "stack", role: "status" });
  let shown = null;
  async function ask() {
    try {
      const bill = await wallet.get(`/wallet/v1/bills/${id}`);
      if (bill.status !== shown) body.replaceChildren(...outcome(bill).flat().filter(Boolean)); // read out once
      shown = bill.status;
      if (bill.status === "pending") return true;
      for (const notice of await unread()) if (notice.bill_id === id) markRead(notice);
      return false;
    } catch (error) {
      body.replaceChildren(problemBox(error));
      shown = null;
      if (error instanceof Problem) return false;
      throw error;
    }
  }
  return { body, stop: watch(ask, 3_000) };
}

function outcome(bill) {
  const { status, amount, fee, reason, created_at, receipt, refunded_at } = bill;
  const mark = { succeeded: "good", declined: "bad" }[status] ?? "wait";
  const [why, next] = reason && known(`reason.${reason}`) ? t(`reason.${reason}`).split("\n") : [reason, null];
  return [
    refunded_at && h("p", { class: "notice wait" }, h("strong", {}, t("bills.refunded", { at: dateTime(refunded_at) }))),
    h("div", { class: `notice ${mark}` }, h("strong", {}, t(`bank.bill-${status}`)), h("p", { class: "figure" }, money(amount)),
      !refunded_at && h("p", {}, t(`bank.bill-${status}-next`))),
    reason && h("div", { class: "reason" }, h("strong", {}, why), next && h("p", {}, next)),
    what(bill),
    facts([
      receipt && [t("bills.receipt"), h("strong", { class: "number-of" }, receipt)],
      [t("bills.to"), t("bills.treasury")],
      fee > 0 && [t("send.fee"), money(fee)],
      [t("ended.when"), dateTime(created_at)],
    ]),
    proofOf(bill),
    h("div", { class: "row screen-only" }, h("a", { class: "button", href: "#/home" }, t("home.go")),
      status !== "pending" && h("a", { class: "button plain", href: "#/bills" }, t("bills.another"))),
  ];
}

// As it is sent to somebody: what was paid for what, and the text that anybody can check.
function told({ procedure, case_number, amount, receipt, proof }) {
  return [
    `${t(`procedure.${procedure}`)}: ${case_number}`, `${t("bank.bill-succeeded")}: ${money(amount)}`,
    `${t("bills.receipt")}: ${receipt}`, `${t("bills.proof")}:`, proof,
  ].join("\n");
}

function proofOf(bill) {
  if (!bill.proof) return null;
  const share = navigator.share && h("button", { class: "plain screen-only", onclick: async () => {
    await navigator.share({ title: t("bills.proof"), text: told(bill) }).catch(() => {}); // closed without a choice
  } }, t("bills.share"));
  return h("section", { class: "stack apart" },
    h("h2", {}, t("bills.proof")), h("p", { class: "hint" }, t("bills.proof-note")), h("p", { class: "reference" }, bill.proof),
    share, h("button", { class: "plain screen-only", onclick: () => window.print() }, t("bills.print")));
}
