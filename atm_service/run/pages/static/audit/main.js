// The auditor's page: its screens, and who may see which.

import { h } from "../dom.js";
import { alsoFrom, t } from "../i18n.js";
import { go, start } from "../shell.js";
import { controlsScreen } from "./controls.js";
import { journalScreen } from "./journal.js";
import { passkeysScreen } from "./passkeys.js";
import { reconciliationScreen } from "./reconciliation.js";
import { signInScreen, staff, wrongRoleScreen } from "./staff.js";
import { trialBalanceScreen } from "./trial_balance.js";

const routes = {
  "sign-in": signInScreen,
  "no/:role": wrongRoleScreen,
  "controls": controlsScreen,
  "balance": trialBalanceScreen,
  "reconciliation": reconciliationScreen,
  "journal": journalScreen,
  "passkeys": passkeysScreen(staff),
};

function allowed(route) {
  if (!staff.session()) return route.startsWith("no/") ? route : "sign-in";
  return ["", "sign-in"].includes(route) ? "controls" : route;
}

function nav() {
  const tabs = document.querySelector("#tabs");
  tabs.replaceChildren();
  if (!staff.session()) return null;
  const here = location.hash.slice(2);
  tabs.append(...["controls", "balance", "reconciliation", "journal"].map((route) =>
    h("a", { href: `#/${route}`, ...(route === here && { "aria-current": "page" }) }, t(`${route}.title`))));
  return [h("a", { class: "language", href: "#/passkeys" }, t("passkeys.title")), h("button", { class: "language", onclick: () => {
    staff.signOut();
    go("sign-in");
  } }, t("sign-out"))];
}

alsoFrom("./i18n/audit/");
start({ routes, allowed, nav, session: staff.session, rested: () => (staff.signOut(), go("sign-in")) });
