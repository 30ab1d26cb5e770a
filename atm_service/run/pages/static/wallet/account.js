// The customer's session with the wallet API, and what is kept on this phone of unknown outcomes.

import { client, randomKey } from "../api.js";
import { belongTo, empty } from "./safe.js";

// What the list of sessions calls this device: no more than its kind.
export const label = /Android|iPhone|iPad|Windows|Macintosh|Linux/.exec(navigator.userAgent)?.[0];
export const wallet = client("/wallet/v1/sessions", "soft-atm.wallet", { label });

export async function signIn(credentials) {
  await wallet.signIn(credentials);
  await belongTo(credentials.phone);
}

export const isLive = (withdrawal) => ["authorised", "presented"].includes(withdrawal.status);

// What this phone has not heard the outcome of, beyond the tab: transfers, a record for each customer and intention, and a
// top-up or payout, one for each customer. Its name says whose it is; its value what was wished, under which key, and how
// many tries had no clear "no".
const UNHEARD = "soft-atm.transfer.";
const AT_BANK = "soft-atm.bank.";
const read = (name) => JSON.parse(localStorage.getItem(name) ?? "null");
const write = (name, record) => localStorage.setItem(name, JSON.stringify(record));
const names = () => Object.keys(localStorage).filter((name) => name.startsWith(UNHEARD) || name.startsWith(AT_BANK));
const drop = (name) => localStorage.removeItem(name);

// The same wish keeps its key, over retries and tabs. `settle` when the outcome is known, `refused` when this try is.
export function attempt(wish) {
  const name = wish.seen ? `${UNHEARD}${wish.customer}.${wish.seen.intention_id}` : `${AT_BANK}${wish.customer}.`;
  const before = read(name);
  const key = JSON.stringify(before?.wish) === JSON.stringify(wish) ? before.key : randomKey();
  write(name, { wish, key, tries: (before?.tries ?? 0) + 1 });
  const settle = () => drop(name);
  const refused = () => {
    const { tries, ...rest } = read(name) ?? { tries: 1 };
    return tries > 1 ? write(name, { ...rest, tries: tries - 1 }) : settle();
  };
  return { key, settle, refused };
}

// One of this customer's, but for the intention `except`; or undefined. `wish` is there unless they signed out since.
export function unheard(customer, except) {
  const own = `${UNHEARD}${customer}.`;
  const name = names().find((one) => one.startsWith(own) && one !== own + except);
  return name && { ...read(name), intention_id: name.slice(own.length), settle: () => drop(name) };
}

export function unheardOfBank(customer) {
  const name = `${AT_BANK}${customer}.`;
  const record = read(name);
  return record && { ...record, settle: () => drop(name) };
}

// Whom somebody pays and how much is not for the next one on this phone: what stays tells only that something is unknown.
export function hideWishes(but) {
  for (const name of names()) {
    const { tries, key } = read(name);
    if (!name.includes(`.${but}.`)) write(name, { tries, key });
  }
}

// Nothing of this customer stays behind on a phone that is shared, but that an outcome is still to be asked for.
export function leave() {
  empty();
  for (const name of Object.keys(sessionStorage)) if (name.startsWith("soft-atm.")) sessionStorage.removeItem(name);
  hideWishes();
}
