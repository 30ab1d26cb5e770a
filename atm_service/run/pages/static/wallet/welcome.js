// Signing in, and the way to an account of one's own.

import { h } from "../dom.js";
import { form, phoneField, pinField } from "../forms.js";
import { t } from "../i18n.js";
import { go } from "../shell.js";
import { signIn } from "./account.js";
import { codeCard } from "./home.js";
import { allKept } from "./safe.js";

export function welcomeScreen() {
  const door = form({
    fields: [phoneField(), pinField({ label: t("field.pin"), autocomplete: "current-password" })],
    submit: t("welcome.sign-in"),
    act: async (values) => (await signIn(values), go("home")),
  });
  return {
    title: "welcome.title",
    body: [
      allKept().map(codeCard), h("p", { class: "lead" }, t("welcome.lead")), door,
      h("a", { class: "textual", href: "#/forgot" }, t("welcome.forgot")), h("a", { class: "textual", href: "#/lost" }, t("home.lost")),
      h("p", { class: "or" }, t("welcome.no-account")), h("a", { class: "button plain", href: "#/open" }, t("open.title")),
      h("a", { class: "textual", href: "#/offices" }, t("offices.title")),
    ],
  };
}
