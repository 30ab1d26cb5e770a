// The customer's session with the wallet API, and the codes kept on this phone.

import { client } from "../api.js";

// What the list of sessions calls this device: no more than its kind.
export const label = /Android|iPhone|iPad|Windows|Macintosh|Linux/.exec(navigator.userAgent)?.[0];
export const wallet = client("/wallet/v1/sessions", "soft-atm.wallet", { label });

export const isLive = (withdrawal) => ["authorised", "presented"].includes(withdrawal.status);

// A code and its picture stay in this tab until the code ends: on the road there may be no line to fetch it again.
const KEPT = "soft-atm.code.";
export const keep = (facts) => sessionStorage.setItem(KEPT + facts.withdrawal.id, JSON.stringify(facts));
export const kept = (id) => JSON.parse(sessionStorage.getItem(KEPT + id) ?? "null");
export const forget = (id) => sessionStorage.removeItem(KEPT + id);
export const allKept = () =>
  Object.keys(sessionStorage).filter((name) => name.startsWith(KEPT)).map((name) => kept(name.slice(KEPT.length)));

// Nothing of this customer stays behind on a phone that is shared.
export function leave() {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith("soft-atm.")) sessionStorage.removeItem(name);
  for (const name of Object.keys(localStorage)) if (name.startsWith("soft-atm.intention.")) localStorage.removeItem(name);
}
