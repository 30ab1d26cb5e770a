// Passkeys of whoever is signed in: one signs at a sign-in, and a page has them listed, added and removed. A browser makes
// them at the name that they belong to (WebAuthn Level 3, 5.1); elsewhere the authenticator's code is asked for as ever.

import { Problem } from "../api.js";
import { h } from "../dom.js";
import { dateTime, digitsOf } from "../format.js";
import { field, form, loaded } from "../forms.js";
import { t } from "../i18n.js";
import { problemBox } from "../problems.js";
import { announce } from "../shell.js";

const SIGNED = ["clientDataJSON", "authenticatorData", "signature", "userHandle"];
const MADE = ["clientDataJSON", "attestationObject"];
const NAME_MAX = 40;
const PASSKEYS = "/staff/v1/passkeys";

const isOf = (rp) => location.hostname === rp || location.hostname.endsWith(`.${rp}`);
const isAble = () => Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

// The authenticator's six digits, spaces and all; whether they are needed the service says.
export const codeField = (hint) => field({
  name: "code", label: t("audit.code"), hint, inputmode: "numeric", autocomplete: "one-time-code", maxlength: 7, read: digitsOf,
  check: (value) => (/^(\d{6})?$/.test(digitsOf(value)) ? null : t("audit.code-six")),
});

export const canSign = (asked) => Boolean(asked) && isAble() && isOf(asked.rpId);

export const sign = (asked) => answered(SIGNED, () =>
  navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) }));

const make = (asked) => answered(MADE, () =>
  navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) }));

function elsewhere(rp) {
  const place = new URL(location.href);
  place.hostname = rp;
  return problemBox(new Problem(0, { type: "passkey-elsewhere", where: place.origin }));
}

async function answered(parts, ask) {
  try {
    const { id, rawId, type, response } = (await ask()).toJSON();
    return { id, rawId, type, response: Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, response[part]])) };
  } catch {
    throw new Problem(0, { type: "passkey-silent" }); // called off by its owner, too late, or no such device
  }
}

export const passkeysScreen = (staff) => () => ({ title: "passkeys.title", back: "controls", body: loaded(() => staff.get(PASSKEYS), (known) => show(staff, known)) });

function show(staff, { items, rp }) {
  const list = h("ul", { class: "list" }, items.map((one) => line(staff, one)));
  return [
    h("p", { class: "lead" }, t("passkeys.lead")),
    items.length ? list : h("p", { class: "empty" }, t("passkeys.none")),
    isAble() && isOf(rp) ? addForm(staff) : elsewhere(rp),
  ];
}

function line(staff, { id, name, added_at, used_at }) {
  const trouble = h("div", {});
  const used = used_at ? t("passkeys.used", { when: dateTime(used_at) }) : t("passkeys.unused");
  const remove = h("button", { class: "plain", "aria-label": t("passkeys.remove-one", { name }), onclick: async () => {
    if (!window.confirm(t("passkeys.sure", { name }))) return;
    try {
      await staff.post(`${PASSKEYS}/${id}/removal`);
      row.remove();
      announce(t("passkeys.removed"));
    } catch (error) {
      trouble.replaceChildren(problemBox(error));
    }
  } }, t("passkeys.remove"));
  const row = h("li", { class: "stack" }, h("strong", {}, name), h("p", {}, `${t("passkeys.added", { when: dateTime(added_at) })} · ${used}`), remove, trouble);
  return row;
}

function addForm(staff) {
  const fields = [
    field({ name: "name", label: t("passkeys.name"), hint: t("passkeys.name-hint"), maxlength: NAME_MAX, check: (value) => (value ? null : t("field.required")) }),
    codeField(),
  ];
  const act = async ({ name, code }) => {
    const { options } = await staff.post(`${PASSKEYS}/options`, code ? { code } : {});
    const made = await staff.post(PASSKEYS, { name, passkey: await make(options) });
    fields.forEach((one) => (one.input.value = ""));
    document.querySelector("main .empty")?.replaceWith(h("ul", { class: "list" }));
    document.querySelector("main .list").append(line(staff, made));
    announce(t("passkeys.made"));
  };
  return h("section", { class: "stack" }, h("h2", {}, t("passkeys.add")), form({ fields, submit: t("passkeys.make"), act }));
}
