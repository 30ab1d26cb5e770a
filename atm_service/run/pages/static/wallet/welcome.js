// Signing in, and the way to an account of one's own.

import { Lost } from "../api.js";
import { h } from "../dom.js";
import { form, loaded, phoneField, pinField } from "../forms.js";
import { t } from "../i18n.js";
import { go } from "../shell.js";
import { allKept, wallet } from "./account.js";
import { codeCard } from "./home.js";

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

// What only a newcomer needs is fetched when it is wanted.
let opening = null;

async function fetched() {
  try {
    opening = await import("./opening.js");
  } catch (error) {
    throw new Lost(String(error));
  }
}

const later = (name, title) => (params) => {
  if (opening) return opening[name](params);
  let [left, stop] = [false, null];
  const body = loaded(fetched, () => {
    const screen = opening[name](params);
    stop = screen.stop;
    if (left) stop?.();
    return screen.body;
  });
  return { title, back: "welcome", body, stop: () => ((left = true), stop?.()) };
};

export const openScreen = later("openScreen", "open.title");
export const applicationScreen = later("applicationScreen", "application.title");
