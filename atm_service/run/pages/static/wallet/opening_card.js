// The identity card's two texts, from its QR and its back, as a scanner types them or as they are pasted; and another card
// in the place of one that has expired. Fetched with opening, whose words it shares.

import { now } from "../api.js";
import { h } from "../dom.js";
import { day, isoDate, isoDay } from "../format.js";
import { field, form, pinField } from "../forms.js";
import { alsoFrom, language, load, t } from "../i18n.js";
import { announce, go } from "../shell.js";
import { wallet } from "./account.js";
import { picture, samples, simulated } from "./samples.js";

const FACES = ["clear", "other-face", "down"];
const CARDS = ["none", "fits", "differs", "expired"];
const DAY_MS = 86_400_000;

alsoFrom("./i18n/opening/");
await load(language);

const text = (name, more) => field({
  name, tag: "textarea", rows: 3, maxlength: 1_024, spellcheck: "false", autocapitalize: "off",
  label: t(`card.${name}`), hint: t(`card.${name}-hint`), read: (value) => value || undefined, ...more,
});

export function cardFields({ needed = false } = {}) {
  const zone = text("mrz");
  const qr = text("card_qr", { check: (value) => (needed && !value && !zone.value() ? t("card.one-needed") : null) });
  return [qr, zone];
}

// What a card would say of whoever fills the form in, for a page without a camera.
export function sampleCard(fields, [qr]) {
  const value = (name) => fields.find((one) => one.name === name).input.value.trim();
  const fill = () => {
    const born = isoDate(value("date_of_birth"));
    if (select.value === "none" || !born) return (qr.input.value = "");
    const issued = select.value === "expired" ? `${Number(born.slice(0, 4)) + 22}${born.slice(4)}` : isoDay(now() - DAY_MS);
    const name = select.value === "differs" ? t("card.sample-name") : value("full_name");
    const [birth, issue] = [born, issued].map((iso) => day(iso).replaceAll("/", ""));
    const sex = Number(value("id_number")[3]) % 2 ? "Nữ" : "Nam";
    qr.input.value = `${value("id_number")}||${name}|${birth}|${sex}|Thôn Nà Sầm, Xã Đồng Đăng|${issue}`;
  };
  const select = h("select", { id: "card", onchange: fill }, CARDS.map((one) => h("option", { value: one }, t(`card.sample-${one}`))));
  for (const one of fields) one.input.addEventListener("input", fill);
  return simulated(h("label", { for: "card" }, t("card.sample")), select);
}

export function cardScreen() {
  const face = samples("face", t("card.face"), FACES);
  const act = async (values) => {
    await wallet.post("/wallet/v1/card", { ...values, face_capture: picture(face) });
    go("home");
    announce(t("card.done"));
  };
  return {
    body: [
      h("p", { class: "lead" }, t("card.lead")),
      form({
        fields: [...cardFields({ needed: true }), pinField({ label: t("field.pin"), autocomplete: "current-password" })],
        after: face, submit: t("card.submit"), act,
      }),
      h("p", { class: "hint" }, t("card.counter")),
    ],
  };
}
