// Opening an account: the phone is proved by a code, then the application is filled in, then its end is waited for.
// Fetched when somebody wants it, with its words: whoever has an account carries neither over a slow line.

import { now, open, Problem } from "../api.js";
import { h, isBusy, setBusy } from "../dom.js";
import { digitsOf, isoDate, typedDate } from "../format.js";
import { facts, field, form, phoneField, pinField } from "../forms.js";
import { known, t } from "../i18n.js";
import { problemBox } from "../problems.js";
import { announce, go } from "../shell.js";
import { signIn } from "./account.js";
import { samples } from "./samples.js";
import { watch } from "./watch.js";

// The documents that the simulated eKYC provider knows; a real app would take pictures instead.
const SAMPLES = ["clear", "slow", "doubtful", "weak-face", "no-life", "down", "blurred", "other-face", "expired-card"];
// The number that is being proved: in the tab, for a small phone forgets the page while its owner reads the message.
const STORED = "soft-atm.opening";

const { cardFields, sampleCard } = await import("./opening_card.js"); // which brings the words, too

// Phone and PIN of an application under way: in memory only, so that an approval can sign in by itself.
let applicant = null;

const proving = () => JSON.parse(sessionStorage.getItem(STORED) ?? "null");
const keep = (proof) => (proof ? sessionStorage.setItem(STORED, JSON.stringify(proof)) : sessionStorage.removeItem(STORED));

export function openScreen() {
  const body = h("div", { class: "stack" });
  let stop = null;
  function show(focus = true) {
    stop?.();
    stop = null;
    const proof = proving();
    if (!proof) body.replaceChildren(numberStep(show));
    else if (proof.proved) body.replaceChildren(applicationStep(show, proof));
    else stop = codeStep(body, show, proof);
    if (focus) body.querySelector("input")?.focus();
  }
  show(false);
  return { body, stop: () => stop?.() };
}

async function askForCode(phone) {
  keep({ phone, ...(await open.post("/wallet/v1/phone-codes", { purpose: "opening", phone })) });
}

function numberStep(show) {
  const ask = async ({ phone }) => (await askForCode(phone), show());
  return form({ fields: [phoneField()], before: h("p", {}, t("open.phone-lead")), submit: t("open.send-code"), act: ask });
}

// The digits of the message; another message when this one does not come, and another number when it was mistyped.
function codeStep(body, show, proof) {
  const code = field({
    name: "code", label: t("open.code"), hint: t("open.code-hint"), inputmode: "numeric", autocomplete: "one-time-code",
    maxlength: proof.digits, shape: digitsOf,
    check: (value) => (value.length === proof.digits ? null : t("open.code-digits", { digits: proof.digits })),
  });
  const prove = async (values) => {
    await open.post(`/wallet/v1/phone-codes/${proof.id}/proof`, values);
    keep({ ...proof, proved: true });
    show();
  };
  const trouble = h("div", {});
  const again = h("button", { type: "button", class: "plain", onclick: async () => {
    if (isBusy(again)) return;
    setBusy(again, true);
    try {
      await askForCode(proof.phone);
      announce(t("open.sent-again"));
      show();
    } catch (error) {
      trouble.replaceChildren(problemBox(error));
      setBusy(again, false);
    }
  } });
  const wait = () => {
    const seconds = Math.ceil((Date.parse(proof.again_at) - now()) / 1_000);
    setBusy(again, seconds > 0);
    again.textContent = seconds > 0 ? t("open.again-in", { seconds }) : t("open.send-again");
    if (seconds <= 0) clearInterval(timer);
  };
  const timer = setInterval(wait, 1_000);
  wait();
  body.replaceChildren(
    h("p", {}, t("open.code-lead", { phone: proof.phone })),
    form({ fields: [code], submit: t("open.code-submit"), act: prove }), trouble, again, otherNumber(show),
  );
  return () => clearInterval(timer);
}

const otherNumber = (show) =>
  h("button", { type: "button", class: "plain", onclick: () => (keep(null), show()) }, t("open.other-number"));

function applicationStep(show, proof) {
  const pin = pinField({ label: t("open.pin"), hint: t("open.pin-hint"), autocomplete: "new-password" });
  const fields = [
    field({
      name: "full_name", label: t("open.name"), hint: t("open.name-hint"), maxlength: 70, autocomplete: "name",
      check: (value) => (value.length < 2 ? t("open.name-missing") : null),
    }),
    field({
      name: "date_of_birth", label: t("open.birth"), hint: t("open.birth-hint"), inputmode: "numeric", maxlength: 10,
      shape: typedDate, read: isoDate, check: (value) => (isoDate(value) ? null : t("open.birth-wrong")),
    }),
    field({
      name: "id_number", label: t("open.card"), hint: t("open.card-hint"), inputmode: "numeric", maxlength: 12,
      shape: digitsOf, check: (value) => (/^\d{12}$/.test(value) ? null : t("open.card-twelve")),
    }),
    pin,
    pinField({ name: "again", label: t("open.pin-again"), check: (value) => (value === pin.value() ? null : t("open.pin-differs")) }),
  ];
  const card = cardFields();
  const capture = samples("capture", t("open.sample-hint"), SAMPLES);
  const apply = async ({ again, ...values }) => {
    const { phone, id } = proof;
    const application = await open.post("/wallet/v1/applications", {
      ...values, phone, phone_proof: id, capture: capture.querySelector("select").value,
    });
    keep(null);
    applicant = { phone, pin: values.pin };
    if (application.status !== "approved" || !(await signInApplicant().catch(() => false))) go(`open/${application.id}`);
  };
  const before = [facts([[t("open.phone-proved"), proof.phone]]), otherNumber(show)];
  const step = h("section", { class: "stack" }, h("h2", {}, t("card.step")), h("p", { class: "hint" }, t("card.step-note")), sampleCard(fields, card));
  card[0].node = h("div", { class: "stack" }, step, card[0].node);
  return form({ fields: [...fields, ...card], before, after: capture, submit: t("open.submit"), act: apply });
}

async function signInApplicant() {
  const credentials = applicant;
  applicant = null;
  if (!credentials) return false;
  await signIn(credentials);
  go("home");
  announce(t("open.approved"));
  return true;
}

export function applicationScreen({ id }) {
  const body = h("div", { class: "stack", role: "status" });
  let shown = null;
  async function ask() {
    try {
      const application = await open.get(`/wallet/v1/applications/${id}`);
      const waits = ["pending", "review"].includes(application.status);
      if (application.status === "approved" && (await signInApplicant().catch(() => false))) return false;
      if (application.status !== shown) body.replaceChildren(...outcome(application)); // read out once, not at each asking
      shown = application.status;
      return waits;
    } catch (error) {
      body.replaceChildren(problemBox(error));
      shown = null;
      if (error instanceof Problem) return false;
      throw error;
    }
  }
  return { body, stop: watch(ask, 4_000) };
}

function outcome({ status, reasons, id, hotline }) {
  const kind = { approved: "good", rejected: "bad" }[status] ?? "wait";
  const why = reasons.map((slug) => {
    const [what, next] = known(`reason.${slug}`) ? t(`reason.${slug}`).split("\n") : [slug];
    return h("div", { class: "reason" }, h("strong", {}, what), next && h("p", {}, next));
  });
  const next = { approved: ["welcome", "welcome.sign-in"], rejected: ["open", "application.again"] }[status];
  return [
    h("div", { class: `notice ${kind}` }, h("strong", {}, t(`application.${status}`)), h("p", {}, t(`application.${status}-next`))),
    ...why,
    next ? h("a", { class: "button", href: `#/${next[0]}` }, t(next[1])) : "",
    facts([[t("application.number"), h("span", { class: "reference" }, id)], [t("application.hotline"), hotline]]),
  ];
}
