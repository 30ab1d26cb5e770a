// Who may collect for the customer: every delegation, and the button that ends one at once.

import { ask, h, isBusy, setBusy } from "../dom.js";
import { day, money } from "../format.js";
import { facts, loaded } from "../forms.js";
import { t } from "../i18n.js";
import { problemBox } from "../problems.js";
import { announce } from "../shell.js";
import { wallet } from "./account.js";

export function delegationsScreen() {
  const list = h("ul", { class: "list" });
  const paint = ({ delegations }) => {
    list.replaceChildren(...delegations.map((one) => h("li", { class: "stack" }, delegation(one))));
    return delegations.length ? list : h("p", { class: "empty" }, t("delegations.empty"));
  };
  return {
    title: "delegations.title", back: "home",
    body: [h("p", {}, t("delegations.what")), loaded(() => wallet.get("/wallet/v1/delegations"), paint)],
  };
}

function delegation(one) {
  const stands = one.revoked_at ? "revoked" : one.alive ? "alive" : "ended";
  const box = h("div", { class: "stack" });
  box.append(
    h("h2", {}, t("delegations.card", { card: one.delegate })),
    h("p", { class: `badge ${stands === "alive" ? "paid" : "cancelled"}` }, t(`delegations.${stands}`)),
    facts([
      [t("delegations.ceiling"), money(one.ceiling)],
      [t("delegations.per-month"), money(one.per_month)],
      [t("delegations.used"), money(one.used_this_month)],
      [t("delegations.office"), one.office_name],
      [t("delegations.until"), day(one.ends_on)],
    ]),
    one.alive ? revokeButton(one, (ended) => box.replaceWith(delegation(ended))) : "");
  return box;
}

function revokeButton(one, revoked) {
  const trouble = h("div", {});
  const button = h("button", { class: "danger plain", onclick: async () => {
    if (isBusy(button) || !(await ask(t("delegations.question", { card: one.delegate }), t("delegations.yes"), t("delegations.no")))) return;
    setBusy(button, true);
    trouble.replaceChildren();
    try {
      revoked(await wallet.post(`/wallet/v1/delegations/${one.id}/revocation`, {}));
      return announce(t("delegations.revoked"));
    } catch (error) {
      trouble.replaceChildren(problemBox(error));
    }
    setBusy(button, false);
  } }, t("delegations.revoke"));
  return h("div", { class: "stack apart" }, trouble, button);
}
