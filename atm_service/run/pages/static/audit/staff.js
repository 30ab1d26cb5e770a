// The auditor's session, and what every page of the audit is framed by.

import { client, now } from "../api.js";
import { h } from "../dom.js";
import { dateTime, isoDay } from "../format.js";
import { field, form } from "../forms.js";
import { t } from "../i18n.js";
import { go } from "../shell.js";
import { canSign, codeField, sign } from "./passkeys.js";

export const staff = client("/staff/v1/sessions", "soft-atm.staff");

// Today in Vietnam, by the service's clock.
export const today = () => isoDay(now());

// Printed pages must say what they are and when they were made.
export const printed = () =>
  h("p", { class: "stamp" }, t("audit.printed", { who: staff.session()?.display_name ?? "", when: dateTime(now()) }));

export const printButton = () => h("button", { class: "plain screen-only", onclick: () => window.print() }, t("audit.print"));

export const dateInput = (id, value, changed) =>
  h("input", { type: "date", id, value, max: today(), onchange: (event) => event.target.value && changed(event.target.value) });

export const labelled = (id, label, input) => h("div", { class: "field" }, h("label", { for: id }, label), input);

async function signIn(known, code) {
  try {
    return await staff.signIn(code ? { ...known, code } : known);
  } catch (error) {
    const asked = error.slug === "second-factor-needed" && error.body.passkey;
    if (!canSign(asked)) throw error;
    return staff.signInBy("passkey", { username: known.username, passkey: await sign(asked) });
  }
}

export function signInScreen() {
  const required = (value) => (value ? null : t("field.required"));
  const fields = [
    field({ name: "username", label: t("field.username"), autocomplete: "username", maxlength: 64, check: required }),
    field({ name: "password", label: t("field.password"), type: "password", autocomplete: "current-password", maxlength: 128, check: required }),
    codeField(t("audit.code-hint")),
  ];
  const act = async (values) => {
    const { code, ...known } = values;
    const { role } = await signIn(known, code);
    if (role === "auditor") return go("controls");
    staff.signOut();
    go(`no/${role}`);
  };
  return { title: "audit.sign-in", body: [h("p", { class: "lead" }, t("audit.lead")), form({ fields, submit: t("welcome.sign-in"), act })] };
}

export function wrongRoleScreen({ role }) {
  return {
    title: "audit.sign-in", back: "sign-in",
    body: h("div", { class: "notice bad", role: "alert" }, h("strong", {}, t("audit.wrong-role", { role })), h("p", {}, t("audit.wrong-role-next"))),
  };
}
