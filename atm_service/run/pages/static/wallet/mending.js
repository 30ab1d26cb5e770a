// The PIN, where the wallet is open, a lost phone, a forgotten PIN, a wallet to be frozen or closed: what can be done from here, and
// what at a counter. Fetched when somebody needs it, with its words and those of opening, which proves a phone alike.

import { client, open } from "../api.js";
import { ask, h, isBusy, setBusy } from "../dom.js";
import { dateTime, digitsOf } from "../format.js";
import { facts, field, form, loaded, phoneField, pinField } from "../forms.js";
import { alsoFrom, language, load, t } from "../i18n.js";
import { problemBox } from "../problems.js";
import { announce, go } from "../shell.js";
import { label, leave, wallet } from "./account.js";
import { picture, samples } from "./samples.js";

const FACES = ["clear", "other-face", "down"];
// The number and its code: in the tab, for a small phone forgets the page while its owner reads the message.
const STORED = "soft-atm.forgot";

alsoFrom("./i18n/opening/");
alsoFrom("./i18n/mending/");
await load(language);

export function safetyScreen() {
  return {
    body: [
      h("section", { class: "stack" }, h("h2", {}, t("safety.pin")), changePin()),
      h("a", { class: "button plain", href: "#/card" }, t("card.title")),
      h("section", { class: "stack apart" }, h("h2", {}, t("safety.sessions")), loaded(() => wallet.get("/wallet/v1/sessions"), sessions)),
      h("section", { class: "stack apart" }, h("h2", {}, t("home.lost")), signOutEverywhere(),
        h("a", { class: "button danger", href: "#/freeze" }, t("safety.freeze"))),
      h("section", { class: "stack apart" }, h("h2", {}, t("close.title")), h("p", {}, t("close.lead")),
        h("a", { class: "button plain", href: "#/close" }, t("close.title"))),
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

const asked = () => JSON.parse(sessionStorage.getItem(STORED) ?? "null");
const keep = (sent) => (sent ? sessionStorage.setItem(STORED, JSON.stringify(sent)) : sessionStorage.removeItem(STORED));

export function forgotScreen() {
  const body = h("div", { class: "stack" });
  function show(focus = true) {
    const sent = asked();
    body.replaceChildren(...(sent ? newPinStep(show, sent) : numberStep(show)), h("p", { class: "hint" }, t("forgot.counter")));
    if (focus) body.querySelector("input")?.focus();
  }
  show(false);
  return { body };
}

function numberStep(show) {
  const act = async ({ phone }) => {
    keep({ phone, ...(await open.post("/wallet/v1/phone-codes", { purpose: "pin-reset", phone })) });
    show();
  };
  return [form({ fields: [phoneField()], before: h("p", {}, t("forgot.lead")), submit: t("open.send-code"), act })];
}

function newPinStep(show, { phone, id, digits }) {
  const code = field({
    name: "code", label: t("open.code"), hint: t("open.code-hint"), inputmode: "numeric", autocomplete: "one-time-code",
    maxlength: digits, shape: digitsOf, check: (value) => (value.length === digits ? null : t("open.code-digits", { digits })),
  });
  const fresh = pinField({ name: "new_pin", label: t("safety.new-pin"), hint: t("open.pin-hint"), autocomplete: "new-password" });
  const again = pinField({
    name: "again", label: t("safety.again"), autocomplete: "new-password", check: (value) => (value === fresh.value() ? null : t("open.pin-differs")),
  });
  const face = samples("face", t("forgot.face"), FACES);
  const act = async ({ code, new_pin }) => {
    const proofs = { code_id: id, code, face_capture: picture(face) };
    await open.post("/wallet/v1/pin/reset", { phone, new_pin, ...proofs });
    keep(null);
    go("welcome");
    announce(t("forgot.done"));
  };
  const before = [h("p", {}, t("forgot.code-lead", { phone })), h("p", { class: "hint" }, t("forgot.note"))];
  return [
    form({ fields: [code, fresh, again], before, after: face, submit: t("forgot.submit"), act }),
    h("button", { type: "button", class: "plain", onclick: () => (keep(null), show()) }, t("open.other-number")),
  ];
}

// On a phone that is somebody else's nothing is left behind, whatever becomes of the line, and what is theirs stays.
const BORROWED = "soft-atm.borrowed";

export function lostScreen() {
  const freezeHere = form({
    fields: [phoneField(), pinField({ label: t("field.pin"), autocomplete: "off" })],
    before: h("p", {}, t("lost.here-note")), submit: t("freeze.now"),
    act: async (values) => {
      if (!(await isSure())) return;
      const borrowed = client("/wallet/v1/sessions", BORROWED);
      try {
        await borrowed.signIn(values);
        await freeze(borrowed);
      } finally {
        if (borrowed.session()) borrowed.signOut();
        localStorage.removeItem(BORROWED);
      }
      go("frozen");
    },
  });
  return {
    body: [
      h("p", { class: "lead" }, t("lost.lead")),
      h("section", { class: "stack" }, h("h2", {}, t("lost.here")), freezeHere),
      h("section", { class: "stack apart" }, h("h2", {}, t("lost.counter")), h("p", {}, t("lost.counter-note")),
        h("a", { class: "button plain", href: "#/offices" }, t("offices.title")), h("p", { class: "hint" }, t("lost.number-alone"))),
    ],
  };
}

export function freezeScreen() {
  const before = ["freeze.what", "freeze.thaw"].map((key) => h("p", {}, t(key)));
  const act = async () => {
    if (!(await isSure())) return;
    await freeze(wallet);
    leave();
    go("frozen");
  };
  return { body: [h("p", { class: "lead" }, t("freeze.lead")), form({ fields: [], before, submit: t("freeze.now"), act })] };
}

const isSure = () => ask(t("freeze.sure"), t("freeze.now"), t("freeze.no"));

// Every session has ended with it, this one too. Frozen before, it is what was wanted.
async function freeze(who) {
  await who.post("/wallet/v1/freeze").catch((error) => {
    if (error.slug !== "freeze-unchanged") throw error;
  });
}

export function frozenScreen() {
  return {
    body: [
      h("div", { class: "notice wait" }, h("strong", {}, t("frozen.title")), h("p", {}, t("frozen.lead"))),
      h("h2", {}, t("frozen.go")), h("p", {}, t("frozen.bring")), h("p", {}, t("frozen.phone")),
      h("a", { class: "button", href: "#/offices" }, t("offices.title")),
    ],
  };
}

const WAYS_OUT = { money: "payout", codes: "withdrawals", bank: "home", complaint: "complaints" };

export function closingScreen() {
  const left = h("div", {});
  const standing = (one) => h("p", {}, t(`close.left.${one}`), " ", WAYS_OUT[one] && h("a", { href: `#/${WAYS_OUT[one]}` }, t("close.see")));
  const act = async ({ pin }) => {
    left.replaceChildren();
    if (!(await ask(t("close.sure"), t("close.now"), t("close.no")))) return;
    try {
      await wallet.post("/wallet/v1/closing", { pin });
    } catch (error) {
      if (error.slug !== "cannot-close-yet") throw error;
      return left.replaceChildren(problemBox(error, error.body.standing.map(standing)));
    }
    leave();
    go("closed");
  };
  const before = ["close.lead", "close.first", "close.again"].map((key) => h("p", {}, t(key)));
  return { body: [form({ fields: [pinField({ label: t("field.pin") })], before, submit: t("close.now"), act }), left] };
}

export function closedScreen() {
  return {
    body: [
      h("div", { class: "notice good" }, h("strong", {}, t("closed.title")), h("p", {}, t("closed.lead"))),
      h("p", {}, t("close.again")),
    ],
  };
}
