// Signing in, and opening an account.

import { open, Problem } from "../api.js";
import { h } from "../dom.js";
import { digitsOf, isoDate, typedDate } from "../format.js";
import { facts, field, form, pinField } from "../forms.js";
import { known, t } from "../i18n.js";
import { problemBox } from "../problems.js";
import { announce, go } from "../shell.js";
import { allKept, wallet } from "./account.js";
import { codeCard } from "./home.js";
import { samples } from "./samples.js";
import { watch } from "./watch.js";

// The documents that the simulated eKYC provider knows; a real app would take pictures instead.
const SAMPLES = ["clear", "slow", "doubtful", "down", "blurred", "other-face", "expired-card"];

// Phone and PIN of an application under way: in memory only, so that an approval can sign in by itself.
let applicant = null;

const phoneField = () => field({
  name: "phone", label: t("field.phone"), type: "tel", inputmode: "tel", maxlength: 16, autocomplete: "username",
  read: (value) => digitsOf(value.replace(/^\s*\+84/, "0")),
  check: (value) => (/^0\d{9}$/.test(digitsOf(value.replace(/^\s*\+84/, "0"))) ? null : t("field.phone-ten")),
});

export function welcomeScreen() {
  const signIn = form({
    fields: [phoneField(), pinField({ label: t("field.pin"), autocomplete: "current-password" })],
    submit: t("welcome.sign-in"),
    act: async (values) => (await wallet.signIn(values), go("home")),
  });
  return {
    title: "welcome.title",
    body: [
      allKept().map(codeCard), h("p", { class: "lead" }, t("welcome.lead")), signIn,
      h("p", { class: "or" }, t("welcome.no-account")), h("a", { class: "button plain", href: "#/open" }, t("open.title")),
      h("a", { class: "textual", href: "#/offices" }, t("offices.title")),
    ],
  };
}

export function openScreen() {
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
    phoneField(),
    pin,
    pinField({ name: "again", label: t("open.pin-again"), check: (value) => (value === pin.value() ? null : t("open.pin-differs")) }),
  ];
  const capture = samples("capture", t("open.sample-hint"), SAMPLES);
  const apply = async ({ again, ...values }) => {
    const application = await open.post("/wallet/v1/applications", { ...values, capture: capture.querySelector("select").value });
    applicant = { phone: values.phone, pin: values.pin };
    if (application.status !== "approved" || !(await signInApplicant().catch(() => false))) go(`open/${application.id}`);
  };
  return { title: "open.title", back: "welcome", body: form({ fields, after: capture, submit: t("open.submit"), act: apply }) };
}

async function signInApplicant() {
  const credentials = applicant;
  applicant = null;
  if (!credentials) return false;
  await wallet.signIn(credentials);
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
  return { title: "application.title", back: "welcome", body, stop: watch(ask, 4_000) };
}

function outcome({ status, reasons, id }) {
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
    facts([[t("application.number"), h("span", { class: "reference" }, id)]]),
  ];
}
