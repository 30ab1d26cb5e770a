// What proves a movement, to be kept, shared and printed; and what a customer does when something is wrong with it.
// Loaded when it is wanted, with its words; main.js has the titles.

import { randomKey } from "../api.js";
import { h } from "../dom.js";
import { dateTime, dayOfWeek, money, signed } from "../format.js";
import { choice, facts, field, form, loaded, paged } from "../forms.js";
import { alsoFrom, known, language, load, t } from "../i18n.js";
import { announce, go } from "../shell.js";
import { words } from "../words.js";
import { wallet } from "./account.js";
import { markRead, unread } from "./appointment.js";

// What can be wrong with what, the likeliest first. A withdrawal without an entry was not paid.
const WRONG = {
  "withdrawal": ["not-received", "wrong-amount", "not-mine", "twice", "service"],
  "transfer": ["wrong-person", "wrong-amount", "not-mine", "twice", "service"],
  "unpaid": ["refused", "not-mine", "service"],
};
const OTHER = ["not-received", "wrong-amount", "twice", "not-mine", "service"];

// What somebody has chosen, until it is sent: a change of language makes the screen anew. And the key of what was sent
// last, in this page alone: the service knows a complaint that was made, whatever key comes after a lost answer.
let draft = {};

function keyOf(wish) {
  const sent = JSON.stringify(wish);
  if (draft.sent !== sent) draft = { ...draft, sent, key: randomKey() };
  return { key: draft.key };
}

alsoFrom("./i18n/statement/");
await load(language);

const kindName = ({ kind, narration }) => (known(`kind.${kind}`) ? t(`kind.${kind}`) : narration);
const office = ({ office: code, office_name }) => office_name && [office_name, h("br"), code];
const person = ({ name, phone_end }) => name && [name, phone_end && [h("br"), t("send.phone-end", { end: phone_end })]];

export const proofScreen = ({ id }) => proved(`/wallet/v1/entries/${id}/proof`);
export const receiptScreen = ({ id }) => proved(`/wallet/v1/withdrawals/${id}/proof`);

function proved(path) {
  const fetched = async () => {
    const proof = await wallet.get(path);
    const { items } = await wallet.get(`/wallet/v1/complaints?about=${proof.entry_id}`);
    return { proof, complaints: items };
  };
  return { body: loaded(fetched, ({ proof, complaints }) => proofView(proof, complaints)) };
}

// Where anybody checks the paper: the code stands behind #, and is the whole text where the service names no address.
const checkedAt = (code) => (code.includes("#") ? code : `${location.origin}/verify/#${code}`);

function square({ entry_id, receipt_code }) {
  const image = h("img", { class: "qr", alt: t("proof.check") });
  const drawn = async () => {
    image.src = URL.createObjectURL(await wallet.raw(`/wallet/v1/entries/${entry_id}/proof/qr.svg`));
    return [image, h("p", { class: "hint" }, t("proof.check-note")),
      h("a", { class: "textual screen-only", href: checkedAt(receipt_code) }, t("proof.check"))];
  };
  return h("section", { class: "stack" }, loaded(drawn, (parts) => parts));
}

// As it is read aloud, or sent to somebody: nothing of what is left in the wallet.
function told(proof) {
  return [
    `${kindName(proof)}: ${money(Math.abs(proof.amount))}`, proof.number && `${t("proof.number")}: ${proof.number}`,
    `${t("ended.when")}: ${dateTime(proof.recorded_at)}`,
    proof.office_name ?? proof.name ?? proof.payer ?? (proof.bank && `${proof.bank} ${proof.account}`), t("brand"),
    proof.receipt_code && `${t("proof.check")}: ${checkedAt(proof.receipt_code)}`,
  ].filter(Boolean).join("\n");
}

function proofView(proof, complaints) {
  const { number, kind, amount, fee, balance, narration, message, bank, account, payer, biller, bill_id, code_end, undoes, undone_by } = proof;
  const share = navigator.share && h("button", { class: "plain screen-only", onclick: async () => {
    await navigator.share({ title: t("proof.title"), text: told(proof) }).catch(() => {}); // closed without a choice
  } }, t("proof.share"));
  return [
    undone_by && h("p", { class: "notice wait", role: "status" }, h("strong", {}, t("proof.undone", { number: undone_by }))),
    h("div", { class: `ending ${undone_by ? "reversed" : "paid"}` }, h("p", { class: "mark", "aria-hidden": "true" }, undone_by ? "↩" : "✓"),
      h("h2", {}, kindName(proof)), h("p", { class: "figure huge" }, signed(amount)), h("p", { class: "said" }, words(Math.abs(amount)))),
    facts([
      number && [t("proof.number"), h("strong", { class: "number-of" }, number)],
      [t("ended.when"), dateTime(proof.recorded_at)],
      proof.office && [t("ended.where"), office(proof)],
      proof.name && [t(amount < 0 ? "sent.to" : "sent.from"), person(proof)],
      bank && [t("proof.bank"), [bank, h("br"), account]],
      payer && [t("proof.payer"), payer],
      biller && [t("sent.to"), biller],
      (message || kind === "credit") && [t("send.message"), message ?? narration],
      code_end && [t("proof.code"), t("proof.code-end", { end: code_end })],
      fee !== 0 && [t("code.fee"), money(fee)],
      fee > 0 && [t("send.total"), money(fee - amount)],
      undoes && [t("proof.undoes"), undoes],
    ]),
    h("p", { class: "hint screen-only" }, t("proof.after", { balance: money(balance) })), // nobody else's to read
    kind === "withdrawal" && h("p", { class: "hint" }, t("proof.paper")),
    proof.receipt_code && square(proof),
    complaints.length > 0 && h("ul", { class: "list screen-only" }, complaints.map(complaintRow)),
    bill_id && h("a", { class: "button plain screen-only", href: `#/bill/${bill_id}` }, t("proof.bill")),
    share,
    h("button", { class: "plain screen-only", onclick: () => window.print() }, t("proof.print")),
    h("a", { class: "button danger plain screen-only", href: `#/complain/entry/${proof.entry_id}` }, t("complain.title")),
  ];
}

// What is wrong is chosen before anything is written: three taps and a few words.
export function complainScreen({ about, id }) {
  if (draft.id !== id) draft = { id };
  const isEntry = about === "entry";
  const fetched = () => wallet.get(isEntry ? `/wallet/v1/entries/${id}/proof` : `/wallet/v1/withdrawals/${id}`);
  const show = (thing) => {
    const kinds = WRONG[isEntry || thing.paid_at ? thing.kind ?? "withdrawal" : "unpaid"] ?? OTHER;
    draft.kind = kinds.includes(draft.kind) ? draft.kind : kinds[0];
    const said = wordsField("words", t("complain.words"), t("complain.words-hint"));
    const act = async (values, waiting) => {
      const wish = { about: isEntry ? { entry_id: id } : { withdrawal_id: id }, kind: draft.kind, words: values.words };
      const sent = wallet.send("/wallet/v1/complaints", wish, keyOf(wish), waiting);
      const made = await sent.catch((error) => {
        if (error.slug !== "already-complained") throw error;
        return { id: error.body.complaint_id }; // there it is, with its number and its day
      });
      draft = {};
      location.replace(`#/complaint/${made.id}`); // going back must not lead to the form that was sent
    };
    return [
      h("section", { class: "where" }, h("strong", {}, isEntry ? kindName(thing) : t("kind.withdrawal")),
        h("p", { class: "figure" }, money(Math.abs(thing.amount))), thing.number && h("p", {}, thing.number),
        h("p", {}, dateTime(thing.recorded_at ?? thing.paid_at ?? thing.created_at))),
      form({
        fields: [said], submit: t("complain.submit"), act,
        before: choice({
          name: "kind", legend: t("complain.what"), value: draft.kind, changed: (kind) => (draft.kind = kind),
          options: kinds.map((kind) => [kind, t(`wrong.${kind}`)]),
        }),
        after: h("p", { class: "hint" }, t("complain.promise")),
      }),
    ];
  };
  return { body: loaded(fetched, show) };
}

const wordsField = (name, label, hint) => field({
  name, label, hint, tag: "textarea", rows: 4, maxlength: 500,
  read: (value) => value.replace(/\s+/g, " ").trim(),
  check: (value) => (value.length < 3 ? t("complain.words-missing") : null),
});

function complaintRow({ id, number, status, overdue, answer_by, amount }) {
  const isAnswered = status === "answered" || status === "closed";
  return h("li", {}, h("a", { class: "item", href: `#/complaint/${id}` },
    h("strong", {}, number), h("span", {}, money(amount)),
    h("span", { class: `badge ${isAnswered ? "paid" : overdue ? "no" : "ask"}` }, t(`complaint.${status}`)),
    answer_by && h("small", {}, t(overdue ? "complaint.late" : "complaint.until", { day: dayOfWeek(answer_by) }))));
}

export function complaintsScreen() {
  const listed = (cursor) => wallet.get(`/wallet/v1/complaints${cursor ? `?cursor=${cursor}` : ""}`);
  return { body: [
    h("p", { class: "lead" }, t("complaints.how")),
    paged(listed, complaintRow, t("complaints.empty")),
    h("a", { class: "button", href: "#/statement" }, t("statement.title")),
  ] };
}

export function complaintScreen({ id }) {
  const body = h("div", { class: "stack" });
  const show = (one) => {
    readNotices(id);
    return complaintView(one, (next) => {
      body.replaceChildren(...complaintView(next, null).flat(Infinity).filter(Boolean));
      announce(t(`complaint.${next.status}`));
      document.querySelector("h1").focus();
    });
  };
  body.append(loaded(() => wallet.get(`/wallet/v1/complaints/${id}`), show));
  return { body };
}

async function readNotices(id) {
  for (const notice of await unread()) if (notice.complaint_id === id) markRead(notice);
}

const saidBox = (title, { words: said, at }, kind = "") => h("section", { class: `where stack ${kind}` },
  h("h2", {}, title), h("p", {}, said ?? t("complaint.forgotten")), h("small", {}, dateTime(at)));

const answerBox = (title, answer) => answer && [
  saidBox(title, answer),
  h("p", { class: answer.upheld ? "notice good" : "notice" }, h("strong", {}, t(answer.upheld ? "complaint.upheld" : "complaint.not-upheld"))),
];

function complaintView(one, contested) {
  const { number, kind, status, about, entry_id, withdrawal_id, amount, paper, said, answer_by, overdue, answer, contest, last_answer } = one;
  return [
    h("div", { class: "ending" }, h("h2", {}, t(`complaint.${status}`)), h("p", { class: "figure number-of" }, number),
      answer_by && h("p", { class: overdue ? "notice bad" : "" }, t(overdue ? "complaint.late" : "complaint.until", { day: dayOfWeek(answer_by) }))),
    h("p", { class: "hint" }, t("complaint.keep")),
    facts([[t("complaint.wrong"), t(`wrong.${kind}`)], [t("complaint.amount"), money(amount)], paper && [t("proof.number"), paper]]),
    h("a", { class: "textual screen-only", href: about === "entry" ? `#/proof/${entry_id}` : `#/code/${withdrawal_id}` }, t("complaint.about")),
    saidBox(t("complaint.said"), said), answerBox(t("complaint.answer"), answer),
    contest && saidBox(t("complaint.contest"), contest), answerBox(t("complaint.last-answer"), last_answer),
    contested && status === "answered" && contestForm(one, contested),
    h("button", { class: "plain screen-only", onclick: () => window.print() }, t("proof.print")),
    h("button", { class: "screen-only", onclick: () => go("home") }, t("home.go")),
  ];
}

function contestForm({ id, contest_by }, contested) {
  const said = wordsField("contest", t("complaint.contest-words"), t("complaint.contest-hint", { day: dayOfWeek(contest_by) }));
  const act = async ({ contest }, waiting) => {
    const wish = { words: contest };
    contested(await wallet.send(`/wallet/v1/complaints/${id}/contest`, wish, keyOf(wish), waiting));
  };
  return h("details", { class: "more screen-only" }, h("summary", {}, t("complaint.disagree")), form({ fields: [said], submit: t("complaint.contest-send"), act }));
}
