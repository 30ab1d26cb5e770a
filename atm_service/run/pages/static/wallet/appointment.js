// Appointments: the days that can be chosen, what became of one, and moving it – only when the customer says so. And what
// else a customer is told.

import { intention, now } from "../api.js";
import { h, isBusy, setBusy } from "../dom.js";
import { dateTime, dayOfWeek, deadline, isoDay, money } from "../format.js";
import { choice, form, loaded, paged } from "../forms.js";
import { t } from "../i18n.js";
import { problemBox } from "../problems.js";
import { go } from "../shell.js";
import { wallet } from "./account.js";
import { chooser } from "./offices.js";
import { keep } from "./safe.js";

const PAGES = 3; // of a hundred notices each: as far back as the home page looks for what is unread

// The days from today until the moment `last`.
export function days(last) {
  const all = [];
  for (let moment = now(); isoDay(moment) <= isoDay(last); moment += 86_400_000) all.push(isoDay(moment));
  return all;
}

export function dayChoice({ value, changed, last }) {
  return choice({
    name: "day", legend: t("appointment.day"), value, changed,
    options: days(last).map((day, number) => [day, number === 0 ? t("appointment.today") : dayOfWeek(day), number === 0 ? dayOfWeek(day) : null]),
  });
}

const placeWords = ({ name, unit, day }) => t("appointment.place", { name, unit, day: dayOfWeek(day) });

// What the customer must know before setting out, with the way on.
export function noticeBox(notice, { go: onward = true } = {}) {
  const { kind, why, place, proposed, amount, withdrawal_id, transfer_id, complaint_id, bill_id } = notice;
  if (transfer_id || complaint_id || bill_id) return toldBox(notice);
  const title = t(`notice.${kind}`, { place: placeWords(place), amount: money(amount) });
  return h("div", { class: "notice wait", role: "status" },
    h("strong", {}, title),
    why && h("p", {}, t(`broken.${why}`)),
    h("p", {}, t("notice.until", { deadline: deadline(notice.expires_at) })),
    onward && h("a", { class: "button", href: `#/code/${withdrawal_id}` }, t(notice.read_at ? "home.code-show" : "notice.next")),
    !onward && proposed && proposal(withdrawal_id, proposed),
    !onward && h("a", { class: "button plain", href: `#/move/${withdrawal_id}` }, t("appointment.elsewhere")));
}

function toldBox({ kind, amount, transfer_id, complaint_id, bill_id, made_at }) {
  const there = complaint_id ? `complaint/${complaint_id}` : bill_id ? `bill/${bill_id}` : `sent/${transfer_id}`;
  return h("div", { class: `notice ${kind === "bill-declined" ? "bad" : "good"}` }, h("strong", {}, t(`notice.${kind}`, { amount: money(amount) })), h("p", {}, dateTime(made_at)),
    h("a", { class: "button plain", href: `#/${there}` }, t(complaint_id ? "notice.read" : "notice.look")));
}

function proposal(id, proposed) {
  const trouble = h("div", {});
  const words = t("appointment.agree", { place: placeWords(proposed) });
  const button = h("button", { class: "primary", onclick: async () => {
    if (isBusy(button)) return;
    setBusy(button, true);
    trouble.replaceChildren();
    try {
      await move(id, { office: proposed.office, day: proposed.day });
    } catch (error) {
      trouble.replaceChildren(problemBox(error));
      setBusy(button, false);
    }
  } }, words);
  return [h("p", {}, t("appointment.proposed")), button, trouble];
}

// The service changes nothing without this: the code is signed again, so the picture of the old one goes.
async function move(id, place, waiting) {
  const withdrawal = await wallet.send(`/wallet/v1/withdrawals/${id}/move`, place, intention(`move-${id}`, place), waiting);
  keep({ withdrawal, png: null, office: null });
  if (location.hash === `#/code/${id}`) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else go(`code/${id}`);
}

export function noticesScreen() {
  const load = (cursor) => wallet.get(`/wallet/v1/notices${cursor ? `?cursor=${cursor}` : ""}`);
  return { title: "notices.title", back: "home", body: paged(load, (notice) => h("li", {}, noticeBox(notice)), t("notices.empty")) };
}

// The newest notice about a withdrawal that still asks for something.
export async function noticeOf({ id, reservation }) {
  if (reservation !== "broken" && reservation !== "missed") return null;
  const { items } = await wallet.get(`/wallet/v1/notices?withdrawal_id=${id}`).catch(() => ({ items: [] }));
  return items.find((notice) => notice.kind === `reservation-${reservation}`) ?? null;
}

// Those among the newest; a page that does not come is left for the next time.
export async function unread() {
  const found = [];
  for (let page = 0, cursor = ""; page < PAGES && cursor !== null; page += 1) {
    const next = cursor && `&cursor=${cursor}`;
    const heard = await wallet.get(`/wallet/v1/notices?limit=100${next}`).catch(() => ({ items: [], next_cursor: null }));
    found.push(...heard.items);
    cursor = heard.next_cursor;
  }
  return found.filter((notice) => !notice.read_at);
}

export const markRead = (notice) => wallet.post(`/wallet/v1/notices/${notice.id}/read`).catch(() => {}); // next time

export function moveScreen({ id }) {
  const body = loaded(() => wallet.get(`/wallet/v1/withdrawals/${id}`), (withdrawal) => {
    const last = Date.parse(withdrawal.expires_at);
    const chosen = { office: null, day: days(last)[0] };
    const region = h("div", { class: "stack" });
    const choose = (office) => {
      chosen.office = office;
      region.replaceChildren(
        h("section", { class: "where stack" }, h("h2", {}, t("appointment.new")),
          h("p", {}, h("strong", {}, office.name), h("br"), `${office.unit}, ${office.area}`)),
        form({
          fields: [], before: [dayChoice({ value: chosen.day, last, changed: (day) => (chosen.day = day) })],
          submit: t("appointment.move"), act: (_, waiting) => move(id, { office: chosen.office.code, day: chosen.day }, waiting),
        }));
      region.querySelector("input").focus();
    };
    region.replaceChildren(...[chooser({ amount: withdrawal.amount, choose })].flat());
    return [h("p", { class: "lead" }, t("appointment.lead", { amount: money(withdrawal.amount) })), region];
  });
  return { title: "appointment.title", back: `code/${id}`, body };
}
