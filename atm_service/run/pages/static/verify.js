// Whoever is shown a receipt checks it here without signing in: its signature by the published keys, in this browser and
// without a line; and with one, what the books say of it since. The code stands behind # in the address, which no browser
// sends; only the question to the books carries it.

import { Lost, open } from "./api.js";
import { h } from "./dom.js";
import { dateTime, money } from "./format.js";
import { facts, field, form } from "./forms.js";
import { alsoFrom, languageSwitch, load, t } from "./i18n.js";
import { words } from "./words.js";

const KEYS = "soft-atm.proof-keys"; // public ones, from when there was a line
const TYPE = "receipt+jws";
const COMPACT = /^[\w-]{1,200}\.[\w-]{1,400}\.[\w-]{86}$/;
const NUMBER = /^\d{5}-\d{1,3}-\d{6}-V?\d{4,9}$/;
const KINDS = ["withdrawal", "deposit", "transfer", "withdrawal-reversal", "deposit-reversal"];

let typed = "";
let shown = null; // what was found of which code; a change of language says it anew
let asked = 0;

const bytesOf = (part) => Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const partOf = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const written = (value) => partOf(new TextEncoder().encode(JSON.stringify(value)));

// What a code says, whoever signed it; null for what is none. A text that is written otherwise than we write is none.
function read(code) {
  if (!COMPACT.test(code)) return null;
  try {
    const [head, body, signature] = code.split(".");
    const { kid } = JSON.parse(new TextDecoder().decode(bytesOf(head)));
    const { jti, num, knd, amt, iat } = JSON.parse(new TextDecoder().decode(bytesOf(body)));
    const isOurs = head === written({ alg: "EdDSA", kid, typ: TYPE });
    if (!isOurs) return { kid, isOurs };
    const isWhole = body === written({ jti, num, knd, amt, iat }) && signature === partOf(bytesOf(signature))
      && NUMBER.test(num) && KINDS.includes(knd) && Number.isSafeInteger(amt) && amt > 0 && Number.isSafeInteger(iat);
    return isWhole ? { kid, isOurs, says: { number: num, kind: knd, amount: amt, made_at: iat * 1000 } } : null;
  } catch {
    return null;
  }
}

function kept(found) {
  try {
    if (found) localStorage[KEYS] = JSON.stringify(found);
    return JSON.parse(localStorage[KEYS] ?? "[]");
  } catch {
    return found ?? []; // a browser that keeps nothing
  }
}

const keys = () => open.get("/proofs/v1/keys").then(({ keys: found }) => kept(found), () => kept());

// true, false, or null where this browser cannot tell: it knows no Ed25519, or has not the key: the list on the way may be
// from before the newest one.
async function isSigned(code, { kid, isOurs }) {
  if (!isOurs) return false;
  const jwk = (await keys()).find((one) => one.kid === kid);
  if (!jwk) return null;
  const end = code.lastIndexOf(".");
  try {
    const { kty, crv, x } = jwk;
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x }, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, bytesOf(code.slice(end + 1)), new TextEncoder().encode(code.slice(0, end)));
  } catch {
    return null;
  }
}

// {mark, verdict, says, sealed}: what is found of a code. Nothing looks valid that the books were not asked about.
async function judged(code) {
  const own = read(code);
  if (!own) return { mark: "bad", verdict: "malformed" };
  const [signed, books] = await Promise.all([
    isSigned(code, own),
    open.post("/proofs/v1/receipts", { text: code }).catch((error) => ({ error })),
  ]);
  if (signed === false || books.error?.slug === "receipt-code-not-genuine") return { mark: "bad", verdict: "forged" };
  if (books.error?.slug === "receipt-code-malformed") return { mark: "bad", verdict: "malformed" };
  if (books.error) {
    const verdict = signed ? "signed" : "unknown";
    return { mark: "wait", verdict, says: signed && own.says, busy: !(books.error instanceof Lost) };
  }
  return { mark: books.status === "stands" ? "good" : "bad", verdict: books.status, says: own.says, sealed: books.sealed, unable: !signed };
}

function verdictView({ mark, verdict, says, sealed, unable, busy }) {
  return h("section", { class: "stack" },
    h("div", { class: `notice ${mark}` }, h("strong", {}, t(`verify.${verdict}`)), h("p", {}, t(`verify.${verdict}-next`)),
      busy && h("p", {}, t("verify.busy"))),
    says && facts([
      [t("verify.number"), h("strong", { class: "number-of" }, says.number)],
      [t("verify.kind"), t(`verify.kind-${says.kind}`)],
      [t("verify.amount"), [h("strong", { class: "figure" }, money(says.amount)), h("br"), words(says.amount)]],
      [t("ended.when"), dateTime(says.made_at)],
      [t("ended.where"), says.number.split("-").slice(0, 2).join("-")],
    ]),
    unable && h("p", { class: "hint" }, t("verify.unable")),
    mark === "good" && !sealed && h("p", { class: "hint" }, t("verify.soon-sealed")),
    sealed && h("details", { class: "more" }, h("summary", {}, t("verify.sealed", { number: sealed.seal.number })),
      h("p", { class: "hint" }, t("verify.sealed-note", { at: dateTime(sealed.seal.sealed_at) })),
      h("p", { class: "reference" }, JSON.stringify(sealed))));
}

const codeIn = (text) => text.slice(text.lastIndexOf("#") + 1).replace(/\s+/g, "");

async function check(text) {
  const turn = (asked += 1);
  shown = null;
  tell(); // what was said of one paper does not stand beside another
  const found = await judged(codeIn(text));
  if (turn !== asked) return; // another paper was shown meanwhile
  shown = found;
  tell();
}

function tell() {
  const place = document.querySelector("#verdict");
  place.replaceChildren(...(shown ? [verdictView(shown)] : []));
}

function show() {
  document.title = `${t("verify.title")} – ${t("brand")}`;
  document.querySelector("#tools").replaceChildren(languageSwitch(show));
  const code = field({
    name: "code", label: t("verify.code"), hint: t("verify.code-hint"), tag: "textarea", rows: 4, maxlength: 1024, spellcheck: "false",
    check: (value) => (value ? null : t("verify.code-missing")),
  });
  code.input.value = typed;
  code.input.addEventListener("input", () => (typed = code.input.value));
  document.querySelector("main").replaceChildren(
    h("h1", {}, t("verify.title")), h("p", { class: "lead" }, t("verify.lead")),
    h("div", { id: "verdict", role: "status" }),
    form({ fields: [code], submit: t("verify.check"), act: ({ code: text }) => check(text) }),
  );
  tell();
}

function scanned() {
  const code = location.hash.slice(1);
  if (!code) return;
  typed = code;
  show();
  check(code);
}

alsoFrom("./i18n/verify/");
await load();
show();
scanned();
window.addEventListener("hashchange", scanned);
navigator.serviceWorker?.register("/verify/offline.js").catch(() => {}); // without it the page only needs the line to open
