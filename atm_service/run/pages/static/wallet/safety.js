// The PIN, and where the wallet is open: what a customer can do about a PIN that somebody saw or a phone that is gone.

import { h, isBusy, setBusy } from "../dom.js";
import { dateTime } from "../format.js";
import { facts, form, loaded, pinField } from "../forms.js";
import { t } from "../i18n.js";
import { problemBox } from "../problems.js";
import { announce, go } from "../shell.js";
import { label, leave, wallet } from "./account.js";

export function safetyScreen() {
  return {
    title: "safety.title", back: "home",
    body: [
      h("section", { class: "stack" }, h("h2", {}, t("safety.pin")), changePin()),
      h("section", { class: "stack apart" }, h("h2", {}, t("safety.sessions")), loaded(() => wallet.get("/wallet/v1/sessions"), sessions)),
      h("section", { class: "stack apart" }, h("h2", {}, t("home.lost")), signOutEverywhere()),
    ],
  };
}

function changePin() {
  const fresh = pinField({ name: "new_pin", label: t("safety.new-pin"), hint: t("open.pin-hint"), autocomplete: "new-password" });
  return form({
    fields: [
      pinField({ label: t("safety.old-pin"), autocomplete: "current-password" }),
      fresh,
      pinField({ name: "again", label: t("safety.again"), autocomplete: "new-password", check: (value) => (value === fresh.value() ? null : t("open.pin-differs")) }),
    ],
    before: h("p", { class: "hint" }, t("safety.pin-note")),
    submit: t("safety.change"),
    act: async ({ pin, new_pin }) => {
      wallet.adopt(await wallet.post("/wallet/v1/pin", { pin, new_pin, label }));
      go("home");
      announce(t("safety.changed"));
    },
  });
}

function sessions({ items }) {
  const here = wallet.session().id;
  return h("ul", { class: "list" }, items.map((one) => {
    const row = h("li", { class: "stack" });
    row.append(
      h("h3", {}, one.label ?? t("safety.some-device"), " ", one.id === here && h("span", { class: "badge paid" }, t("safety.here"))),
      facts([[t("safety.opened"), dateTime(one.opened_at)], [t("safety.renewed"), dateTime(one.renewed_at)]]),
      one.id === here ? "" : endButton(one, row));
    return row;
  }));
}

function endButton(one, row) {
  const trouble = h("div", {});
  const button = h("button", { class: "danger plain", onclick: async () => {
    if (isBusy(button)) return;
    setBusy(button, true);
    trouble.replaceChildren();
    try {
      await wallet.post(`/wallet/v1/sessions/${one.id}/end`, {});
      row.remove();
      return announce(t("safety.ended"));
    } catch (error) {
      trouble.replaceChildren(problemBox(error));
    }
    setBusy(button, false);
  } }, t("safety.end"));
  return h("div", { class: "stack" }, trouble, button);
}

const signOutEverywhere = () => form({
  before: h("p", {}, t("home.lost-note")), fields: [], submit: t("home.sign-out-everywhere"),
  act: async () => {
    await wallet.post("/wallet/v1/sessions/end-all");
    leave();
    go("welcome");
  },
});
