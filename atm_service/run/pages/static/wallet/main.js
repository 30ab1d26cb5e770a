// The wallet: its screens, and who may see which.

import { h } from "../dom.js";
import { later } from "../forms.js";
import { t } from "../i18n.js";
import { go, start } from "../shell.js";
import { hideWishes, leave, wallet } from "./account.js";
import { moveScreen, noticesScreen } from "./appointment.js";
import { codeScreen } from "./code.js";
import { delegationsScreen } from "./delegations.js";
import { homeScreen } from "./home.js";
import { officesScreen } from "./offices.js";
import { kept, openSafe } from "./safe.js";
import {
  forgetWish, receiveScreen, sendable, sendAmountScreen, sendConfirmScreen, sendScreen, transferScreen, unsureScreen,
} from "./send.js";
import { welcomeScreen } from "./welcome.js";
import { confirmable, confirmScreen, withdrawOfficeScreen, withdrawScreen } from "./withdraw.js";

const opening = (name, title) => later(() => import("./opening.js"), name, title, "welcome");
const mending = (name, title, back) => later(() => import("./mending.js"), name, title, back);
const card = later(() => import("./opening_card.js"), "cardScreen", "card.title", "home");
const listed = (name, title) => later(() => import("./statement.js"), name, title, "home");
const proof = (name, title, back) => later(() => import("./statement_proof.js"), name, title, back);
const bank = (name, title, back) => later(() => import("./bank.js"), name, title, back);
const bills = (name, title, back) => later(() => import("./bills.js"), name, title, back);

const routes = {
  "welcome": welcomeScreen,
  "open": opening("openScreen", "open.title"),
  "open/:id": opening("applicationScreen", "application.title"),
  "forgot": mending("forgotScreen", "welcome.forgot", "welcome"),
  "lost": mending("lostScreen", "home.lost", "welcome"),
  "frozen": mending("frozenScreen", "frozen.title", "welcome"),
  "offices": officesScreen,
  "home": homeScreen,
  "withdraw": withdrawScreen,
  "withdraw/office": withdrawOfficeScreen,
  "withdraw/confirm": confirmScreen,
  "code/:id": codeScreen,
  "move/:id": moveScreen,
  "notices": noticesScreen,
  "send": sendScreen,
  "send/amount": sendAmountScreen,
  "send/confirm": sendConfirmScreen,
  "send/unsure": unsureScreen,
  "sent/:id": transferScreen,
  "receive": receiveScreen,
  "transfers": listed("transfersScreen", "transfers.title"),
  "topup": bank("topUpScreen", "bank.top-up", "home"),
  "payout": bank("payoutScreen", "bank.payout", "home"),
  "topup/confirm": bank("bankConfirmScreen", "bank.top-up-confirm", "topup"),
  "payout/confirm": bank("bankConfirmScreen", "bank.payout-confirm", "payout"),
  "bank/unsure": bank("bankUnsureScreen", "bank.unsure", "home"),
  "bank/:id": bank("bankPaymentScreen", "bank.outcome", "home"),
  "bills": bills("billsScreen", "bills.title", "home"),
  "bills/confirm": bills("billConfirmScreen", "bills.confirm", "bills"),
  "bill/:id": bills("billScreen", "bank.outcome", "home"),
  "banks": bank("banksScreen", "banks.title", "home"),
  "link": bank("linkScreen", "link.title", "banks"),
  "link/bank": bank("bankScreen", "link.bank-choose", "link"),
  "safety": mending("safetyScreen", "safety.title", "home"),
  "card": card,
  "freeze": mending("freezeScreen", "safety.freeze", "safety"),
  "close": mending("closingScreen", "close.title", "safety"),
  "closed": mending("closedScreen", "closed.title", "welcome"),
  "statement": listed("statementScreen", "statement.title"),
  "statement/print": later(() => import("./statement.js"), "printScreen", "statement.title", "statement"),
  "proof/:id": proof("proofScreen", "proof.title", "statement"),
  "receipt/:id": proof("receiptScreen", "proof.title", "withdrawals"),
  "complain/:about/:id": proof("complainScreen", "complain.title", "complaints"),
  "complaints": proof("complaintsScreen", "complaints.title", "home"),
  "complaint/:id": proof("complaintScreen", "complaint.title", "complaints"),
  "delegations": delegationsScreen,
  "withdrawals": listed("withdrawalsScreen", "withdrawals.title"),
};

function allowed(route) {
  const isOpen = /^(welcome|offices|forgot|lost|frozen|closed|open(\/.*)?)$/.test(route);
  if (!wallet.session()) return isOpen || (route.startsWith("code/") && kept(route.slice(5))) ? route : "welcome";
  if (route === "withdraw/confirm" && !confirmable()) return "withdraw";
  if (/^send\/(amount|confirm)$/.test(route) && !sendable(route.slice(5))) return "send";
  return route === "" || route === "welcome" ? "home" : route;
}

const nav = () => wallet.session() && [h("button", { class: "language", onclick: () => {
  wallet.signOut();
  forgetWish();
  leave();
  go("welcome");
} }, t("sign-out"))];

// Nobody has touched the page. A code stays in sight, as one does that has no line: it is there to be held up.
function rested() {
  wallet.signOut();
  forgetWish();
  hideWishes();
  if (!location.hash.startsWith("#/code/")) go("welcome");
}

await openSafe();
start({ routes, allowed, nav, session: wallet.session, rested });
navigator.serviceWorker?.register("/wallet/offline.js").catch(() => {}); // without it the page only needs the line to open
