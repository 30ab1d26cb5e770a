// Codes and their pictures, kept on this phone until they end: on the road there may be no line to fetch them again. They
// are sealed by a key that no script can read out; a session is never kept here. Without TLS, or where the browser keeps
// nothing, they stay for as long as the page does.

const GRACE_MS = 15 * 60_000; // a clerk may still be paying when the time is over
const PATIENCE_MS = 2_000; // some browsers' storage never answers
const OWNER = " owner"; // no id of a withdrawal
const held = new Map();
let [database, key, emptied] = [null, null, false];

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const store = (name) => database.transaction(name, "readwrite").objectStore(name);
const isOver = ({ withdrawal }) => withdrawal && Date.parse(withdrawal.expires_at) + GRACE_MS < Date.now();

async function unsealed() {
  const opening = indexedDB.open("soft-atm-wallet", 1);
  opening.onupgradeneeded = () => ["key", "sealed"].forEach((name) => opening.result.createObjectStore(name));
  database = await done(opening);
  if (emptied) await done(store("sealed").clear()); // this storage answered after somebody had left
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const keys = store("key"); // two tabs that start at once agree: the first key stays
  await done(keys.add(made, "key")).catch(() => {});
  key = await done(store("key").get("key"));
  const [names, values] = await Promise.all([done(store("sealed").getAllKeys()), done(store("sealed").getAll())]);
  for (const [index, { iv, bytes }] of values.entries()) {
    const name = names[index];
    const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytes).catch(() => null);
    const value = opened && JSON.parse(new TextDecoder().decode(opened));
    if (emptied) return;
    if (!value || isOver(value)) drop(name);
    else if (!held.has(name)) held.set(name, value);
  }
}

// Before the first screen: what it may show stands here.
export const openSafe = () => Promise.race([unsealed().catch(() => {}), new Promise((go) => setTimeout(go, PATIENCE_MS))]);

async function put(name, value) {
  held.set(name, value);
  if (!key) return;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bytes = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(value)));
  if (held.get(name) === value) await done(store("sealed").put({ iv, bytes }, name)).catch(() => {}); // not taken out meanwhile
}

function drop(name) {
  held.delete(name);
  if (database) done(store("sealed").delete(name)).catch(() => {});
}

export const keep = (facts) => put(facts.withdrawal.id, facts);
export const kept = (id) => held.get(id) ?? null;
export const forget = drop;
export const allKept = () => [...held.values()].filter((one) => one.withdrawal && !isOver(one));

// Whoever signs in with another number finds nothing of the one before.
export function belongTo(phone) {
  if (held.get(OWNER)?.phone !== phone) empty();
  return put(OWNER, { phone });
}

export function empty() {
  emptied = true;
  held.clear();
  if (database) done(store("sealed").clear()).catch(() => {});
}
