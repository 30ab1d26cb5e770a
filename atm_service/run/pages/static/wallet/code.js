// One withdrawal: its code while it lives, and how it ended.

import { intention, now, Problem } from "../api.js";
import { ask, h, isBusy, setBusy } from "../dom.js";
import { dateTime, dayOfWeek, deadline, duration, money } from "../format.js";
import { facts } from "../forms.js";
import { t } from "../i18n.js";
import { problemBox } from "../problems.js";
import { announce } from "../shell.js";
import { isLive, wallet } from "./account.js";
import { markRead, noticeBox, noticeOf } from "./appointment.js";
import { callLink, officeOf } from "./offices.js";
import { forget, keep, kept } from "./safe.js";
import { watch } from "./watch.js";

const SOON_MS = 10 * 60_000;
const pathOf = (id) => `/wallet/v1/withdrawals/${id}`;

// The code's picture as text, so that it can be kept.
async function drawn(id) {
  const reader = new FileReader();
  const read = new Promise((resolve, reject) => ((reader.onload = () => resolve(reader.result)), (reader.onerror = reject)));
  reader.readAsDataURL(await wallet.raw(`${pathOf(id)}/qr.png`));
  return read;
}

// One withdrawal as it stands, with what a journey needs of it; only what is not `known` is fetched.
async function learned(id, known) {
  const withdrawal = await wallet.get(pathOf(id));
  const where = withdrawal.paid_office ?? withdrawal.office;
  const wanted = isLive(withdrawal) && withdrawal.code; // a delegate's has none
  const png = wanted ? ((known?.withdrawal.code === withdrawal.code && known.png) || (await drawn(id))) : null;
  return { withdrawal, png, office: known?.office?.code === where ? known.office : await officeOf(where) };
}

// What comes after a sign-out is left, by whatever road it comes: asks whether somebody is still who is here now.
function staying() {
  const here = wallet.session()?.id;
  return () => wallet.session()?.id === here;
}

// Take along what is live and not on this phone yet: who made a code elsewhere sets out with this one.
export async function carry(withdrawals) {
  const stays = staying();
  for (const { id } of withdrawals) {
    const known = kept(id);
    if (known && (known.png || !known.withdrawal.code)) continue;
    const facts = await learned(id, known).catch(() => null);
    if (!stays()) return;
    if (facts && isLive(facts.withdrawal)) keep(facts);
  }
}

export function codeScreen({ id }) {
  const body = h("div", { class: "stack" });
  let [known, view] = [kept(id), null];

  function paint() {
    if (view?.complete && shows(view) === shows(known)) return view.line(true);
    view?.stop();
    const before = view?.withdrawal.status;
    view = isLive(known.withdrawal) ? liveView(known, cancelled) : endView(known);
    body.replaceChildren(...view.nodes);
    if (before && before !== known.withdrawal.status) announce(t(`status.${known.withdrawal.status}`));
  }

  function learn(facts, notice = null) {
    known = { ...facts, notice };
    if (isLive(known.withdrawal)) keep(known);
    else forget(id);
    paint();
  }

  async function cancelled(withdrawal) {
    learn({ ...known, withdrawal });
    document.querySelector("h1").focus();
  }

  async function refresh() {
    const stays = staying();
    try {
      // Just made, it is drawn before anything else is asked: a slow line shows it one answer earlier.
      if (known?.withdrawal.code && !known.png) {
        const png = await drawn(id);
        if (!stays()) return false;
        learn({ ...known, png });
      }
      const facts = await learned(id, known);
      const notice = await noticeOf(facts.withdrawal);
      if (!stays()) return false;
      learn(facts, notice);
      if (known.notice && !known.notice.read_at) markRead(known.notice);
      return isLive(facts.withdrawal);
    } catch (error) {
      if (view) view.line(false, error.slug === "session-ended");
      else body.replaceChildren(problemBox(error));
      if (error instanceof Problem && error.slug !== "code-not-live") return false;
      throw error;
    }
  }

  if (known) paint();
  const unwatch = watch(refresh);
  return { title: "code.title", back: "home", body, stop: () => (unwatch(), view?.stop()) };
}

// What makes the screen another one; the code says office and deadline, too.
const shows = ({ withdrawal: { status, code, day, reservation }, office, notice }) =>
  [status, code, day, reservation, office?.code, notice?.id].join(" ");

// The code as the clerk's camera and the customer's eyes need it: large, and still there when the line is not.
function liveView({ withdrawal, png, office, notice }, cancelled) {
  const left = h("strong", {});
  const countdown = h("p", { class: "countdown" }, h("span", {}, t("code.left")), left);
  const lost = h("p", { class: "notice wait", role: "status", hidden: true });
  const line = (up, signedOut) => {
    lost.hidden = up;
    lost.replaceChildren(...(signedOut ? [t("code.signed-out"), " ", h("a", { href: "#/welcome" }, t("welcome.sign-in"))] : [t("code.no-line")]));
  };
  const tick = () => {
    const remaining = Date.parse(withdrawal.expires_at) - now();
    left.textContent = remaining > 0 ? duration(remaining) : t("code.over");
    countdown.classList.toggle("soon", remaining < SOON_MS);
  };
  const ticking = setInterval(tick, 1000);
  const light = keepLit();
  tick();
  return {
    withdrawal, office, notice, complete: Boolean(png) || !withdrawal.code, line, stop: () => (clearInterval(ticking), light()),
    nodes: [
      withdrawal.status === "presented" ? h("p", { class: "notice wait", role: "status" }, t("code.presented")) : "",
      lost,
      notice ? noticeBox(notice, { go: false }) : "",
      h("div", { class: "ticket" },
        h("p", { class: "figure huge" }, money(withdrawal.amount)),
        withdrawal.code ? [
          png ? h("img", { class: "qr", src: png, alt: t("code.qr-alt") }) : h("p", { class: "qr quiet" }, t("form.loading")),
          h("p", { class: "label", id: "digits" }, t("code.digits")),
          h("p", { class: "digits", "aria-labelledby": "digits" }, withdrawal.digits.split("-").map((part) => h("span", {}, part))),
        ] : h("p", {}, t("code.for-delegate")),
        countdown),
      // Nobody should set out for a broken appointment, nor with what a delegate is to collect.
      withdrawal.reservation === "broken" || !withdrawal.code ? "" : instructions(withdrawal, office),
      cancelButton(withdrawal, cancelled),
      wrongLink(withdrawal),
    ],
  };
}

function instructions({ id, office: bound, expires_at, fee, day, reservation, lifetime }, office) {
  const place = office ? [office.name, office.address, office.unit, office.area].filter(Boolean).join(", ") : bound;
  return h("section", { class: "stack" },
    h("h2", {}, t("code.what-now")),
    h("ol", { class: "steps" },
      h("li", {}, bound ? t("code.go-to", { place }) : t("code.go-anywhere"), " ",
        bound ? office && callLink(office) : h("a", { href: "#/offices" }, t("offices.title"))),
      h("li", {}, h("strong", {}, t("code.bring-card"))),
      h("li", {}, t("code.show-it"))),
    lifetime === "scheduled" && h("a", { class: "textual", href: `#/move/${id}` }, t("appointment.change")),
    facts([reservation === "standing" && [t("appointment.day"), dayOfWeek(day)], [t("code.until"), deadline(expires_at)], fee > 0 && [t("code.fee"), money(fee)]]),
    h("p", { class: "hint" }, t("code.screenshot")));
}

function cancelButton(withdrawal, cancelled) {
  const trouble = h("div", {});
  const button = h("button", { class: "danger plain", onclick: async () => {
    if (isBusy(button) || !(await ask(t("cancel.question", { amount: money(withdrawal.amount) }), t("cancel.yes"), t("cancel.no")))) return;
    setBusy(button, true);
    trouble.replaceChildren();
    try {
      const path = `/wallet/v1/withdrawals/${withdrawal.id}/cancel`;
      const waiting = () => (button.textContent = t("form.asking-again"));
      return cancelled(await wallet.send(path, {}, intention("cancel", withdrawal.id), waiting));
    } catch (error) {
      trouble.replaceChildren(problemBox(error));
    }
    button.textContent = t("cancel.button");
    setBusy(button, false);
  } }, t("cancel.button"));
  return h("div", { class: "stack apart" }, trouble, button);
}

// A screen that goes dark in front of the scanner is a queue; browsers without wake locks dim as they always did.
function keepLit() {
  let lock = null;
  const take = () => {
    if (!document.hidden) lock = navigator.wakeLock?.request("screen").catch(() => null);
  };
  document.addEventListener("visibilitychange", take); // the browser lets go of it whenever the page is hidden
  take();
  return () => {
    document.removeEventListener("visibilitychange", take);
    lock?.then((held) => held?.release());
  };
}

function endView({ withdrawal, office }) {
  const { status, amount, paid_at, paid_office } = withdrawal;
  const place = office && office.code === paid_office ? `${office.name}, ${office.unit}` : paid_office;
  return {
    withdrawal, office, complete: true, line: () => {}, stop: () => {},
    nodes: [
      h("div", { class: `ending ${status}` }, h("p", { class: "mark", "aria-hidden": "true" }, status === "paid" ? "✓" : "↩"),
        h("h2", {}, t(`ended.${status}`)), h("p", { class: "figure huge" }, money(amount)), h("p", {}, t(`ended.${status}-next`))),
      facts([
        paid_at && [t("ended.when"), dateTime(paid_at)],
        paid_office && [t("ended.where"), place],
        [t("ended.number"), h("span", { class: "reference" }, withdrawal.id)],
      ]),
      paid_at && h("a", { class: "button plain", href: `#/receipt/${withdrawal.id}` }, t("proof.look")),
      h("a", { class: "button", href: "#/home" }, t("home.go")),
      wrongLink(withdrawal),
    ].filter(Boolean),
  };
}

const wrongLink = ({ id }) => h("a", { class: "textual", href: `#/complain/withdrawal/${id}` }, t("complain.title"));
