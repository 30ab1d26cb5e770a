// What has happened to the money, newest first: by months, days, kinds and words; to a file and to paper. And the lists
// of withdrawals and transfers. Loaded when it is wanted, with its words; main.js has the titles.

import { h, isBusy, setBusy } from "../dom.js";
import { day, dateTime, isoDay, money, signed } from "../format.js";
import { facts, field, form, loaded, paged } from "../forms.js";
import { alsoFrom, known, language, load, t } from "../i18n.js";
import { now } from "../api.js";
import { problemBox } from "../problems.js";
import { announce } from "../shell.js";
import { wallet } from "./account.js";
import { transferRow } from "./send.js";

const KINDS = ["withdrawal", "deposit", "transfer", "top-up", "payout", "bill", "credit"];
const MONTHS = 4; // one tap each; other days are chosen
const ROWS_MAX = 5_000; // of one file, on paper as in a spreadsheet
const YEAR_DAYS = 365;

// What is looked for, while this tab is open: days ("" for all), kinds, words.
const ALL = { from: "", to: "", kinds: [], q: "" };
let sought = ALL;
let owner = null;

alsoFrom("./i18n/statement/");
await load(language);

function tabs(here) {
  return h("nav", { class: "tabs", "aria-label": t("statement.title") }, ["statement", "transfers", "withdrawals"].map((route) =>
    h("a", { href: `#/${route}`, "aria-current": route === here && "page" }, t(`tab.${route}`))));
}

const page = (path) => (cursor) => wallet.get(`${path}?${new URLSearchParams({ limit: 20, ...(cursor && { cursor }) })}`);

// "2026-11" and how many months back, as the first and last day of a month.
function month(back) {
  const [year, number] = isoDay(now()).split("-").map(Number);
  const first = new Date(Date.UTC(year, number - 1 - back, 1));
  const last = new Date(Date.UTC(year, number - back, 0));
  return { from: first.toISOString().slice(0, 10), to: last.toISOString().slice(0, 10) };
}

const monthName = (iso) => t("statement.month", { month: Number(iso.slice(5, 7)), year: iso.slice(0, 4) });

const days = ({ from, to }) => ({ ...(from && { from }), ...(to && { to }) });

function query(wanted, others) {
  const parts = new URLSearchParams({ ...days(wanted), ...others });
  for (const kind of wanted.kinds) parts.append("kind", kind);
  return parts;
}

// Words that somebody looks for may be a name: they stand in no address.
function heard(wanted, others) {
  const { kinds, q } = wanted;
  if (q) return wallet.post("/wallet/v1/statement/search", { ...days(wanted), kinds, text: q, ...others });
  return wallet.get(`/wallet/v1/statement?${query(wanted, others)}`);
}

// A page may hold nothing and the list still go on: the service looks at so many movements at a time.
async function more(cursor, wanted = sought, limit = 20) {
  let found;
  do {
    found = await heard(wanted, { limit, ...(cursor && { cursor }) });
    cursor = found.next_cursor;
  } while (!found.items.length && cursor);
  return found;
}

const kindName = ({ kind, is_fee, narration }) => (is_fee ? t("statement.fee") : known(`kind.${kind}`) ? t(`kind.${kind}`) : narration);

function entry(item) {
  const { entry_id, recorded_at, kind, amount, balance, narration, other } = item;
  return h("li", {}, h("a", { class: "item entry", href: `#/proof/${entry_id}` },
    h("span", {}, h("strong", {}, kindName(item)), other && h("small", {}, other), kind === "credit" && h("small", {}, narration), h("small", {}, dateTime(recorded_at))),
    h("span", { class: "sum" }, h("strong", { class: amount < 0 ? "out" : "in" }, signed(amount)),
      h("small", {}, t("statement.balance", { balance: money(balance) })))));
}

const chip = (text, pressed, act) =>
  h("button", { type: "button", class: "chip", "aria-pressed": String(pressed), onclick: act }, text);

function sums({ opening, money_in, money_out, closing }) {
  return facts([
    [t("statement.opening"), money(opening)], [t("statement.in"), money(money_in)],
    [t("statement.out"), money(money_out)], [t("statement.closing"), money(closing)],
  ]);
}

// Whoever signs in after somebody else begins anew.
function begin() {
  const session = wallet.session()?.id;
  if (owner !== session) sought = ALL;
  owner = session;
}

// Months first: most look for what was lately. Everything else is one tap further away.
export function statementScreen() {
  begin();
  const list = h("div", { class: "stack" });
  const choosers = h("div", { class: "stack" });
  const change = (wanted, focused) => {
    sought = { ...sought, ...wanted };
    choose();
    if (focused) choosers.querySelector(focused)?.focus();
    show(!focused); // what was asked for by a form stands below it
  };
  const isSpan = ({ from, to }) => sought.from === from && sought.to === to;

  function choose() {
    const spans = [{ from: "", to: "" }, ...Array.from({ length: MONTHS }, (_, back) => month(back))];
    const isOther = !spans.some(isSpan);
    const opened = choosers.querySelector("details")?.open ?? (sought.kinds.length > 0 || sought.q !== "" || isOther);
    choosers.replaceChildren(
      h("div", { class: "chips months", role: "group", "aria-label": t("statement.when") }, spans.map((span, number) =>
        chip(span.from ? t("statement.month-chip", { month: Number(span.from.slice(5, 7)) }) : t("statement.all"), isSpan(span), () => change(span, `.months .chip:nth-child(${number + 1})`)))),
      h("details", { class: "more", open: opened }, h("summary", {}, t("statement.filter")),
        h("div", { class: "stack" },
          h("div", { class: "chips kinds", role: "group", "aria-label": t("statement.which") }, KINDS.map((kind, number) =>
            chip(t(`statement.kind-${kind}`), sought.kinds.includes(kind), () => change(
              { kinds: sought.kinds.includes(kind) ? sought.kinds.filter((one) => one !== kind) : [...sought.kinds, kind] },
              `.kinds .chip:nth-child(${number + 1})`)))),
          searchForm(change), daysForm(change))));
  }

  function show(jumps = false) {
    let shown = "";
    const row = (item) => {
      const named = item.business_date.slice(0, 7);
      const isNew = named !== shown;
      shown = named;
      return isNew ? [h("li", { class: "month" }, h("h2", {}, monthName(item.business_date))), entry(item)] : [entry(item)];
    };
    const rows = h("ul", { class: "list" });
    const onward = h("button", { class: "plain" }, t("list.more"));
    const trouble = h("div", {});
    let cursor = null;
    const add = (found) => {
      cursor = found.next_cursor;
      rows.append(...found.items.flatMap(row));
      onward.hidden = !cursor;
    };
    onward.addEventListener("click", async () => {
      if (isBusy(onward)) return;
      setBusy(onward, true);
      trouble.replaceChildren();
      const first = rows.childElementCount;
      try {
        add(await more(cursor));
        [...rows.children].slice(first).map((one) => one.querySelector("a")).find(Boolean)?.focus();
      } catch (error) {
        trouble.replaceChildren(problemBox(error));
      }
      setBusy(onward, false);
    });
    const wanted = JSON.stringify(sought);
    list.replaceChildren(loaded(() => more(null), (found) => {
      if (JSON.stringify(sought) !== wanted) return []; // another choice was made meanwhile: its own answer comes
      add(found);
      announce(t("list.shown", { count: found.items.length }));
      if (jumps) requestAnimationFrame(() => list.scrollIntoView({ block: "start" }));
      const isAll = !sought.from && !sought.to && !sought.kinds.length && !sought.q;
      return [
        (sought.from || sought.to) && sums(found),
        found.items.length ? [rows, trouble, onward] : h("p", { class: "empty" }, t(isAll ? "statement.empty" : "statement.none")),
      ];
    }));
  }

  choose();
  show();
  return {
    body: [tabs("statement"), choosers, list, downloads(), h("a", { class: "textual", href: "#/complaints" }, t("complaints.title"))],
  };
}

function searchForm(change) {
  const words = field({ name: "q", label: t("statement.search"), hint: t("statement.search-hint"), type: "search", maxlength: 60 });
  words.input.value = sought.q;
  return form({ fields: [words], submit: t("statement.find"), act: ({ q }) => change({ q }) });
}

function daysForm(change) {
  const isDay = (value) => (value && !/^\d{4}-\d\d-\d\d$/.test(value) ? t("statement.day-wrong") : null);
  const fields = ["from", "to"].map((name) => {
    const made = field({ name, label: t(`statement.${name}`), type: "date", min: "2020-01-01", max: "2100-12-31", check: isDay });
    made.input.value = sought[name];
    return made;
  });
  const act = ({ from, to }) => {
    const [first, last] = from && to && from > to ? [to, from] : [from, to]; // whichever was typed first
    change({ from: first, to: last });
  };
  return form({ fields, submit: t("statement.show-days"), act });
}

// A file has at most a year: what is chosen, or the year until today.
function fileDays() {
  const to = sought.to || isoDay(now());
  const from = sought.from || isoDay(Date.parse(`${to}T12:00:00+07:00`) - YEAR_DAYS * 86_400_000);
  return { from, to };
}

function downloads() {
  const trouble = h("div", {});
  const csv = h("button", { class: "plain", onclick: async () => {
    if (isBusy(csv)) return;
    setBusy(csv, true);
    trouble.replaceChildren();
    try {
      const { from, to } = fileDays();
      const file = await wallet.raw(`/wallet/v1/statement.csv?${query({ ...sought, from, to }, { language })}`);
      const address = URL.createObjectURL(file);
      const link = h("a", { href: address, download: `${t("statement.file")}-${from}-${to}.csv` });
      document.body.append(link); // some phones follow only what is in the page
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      announce(t("statement.saved"));
    } catch (error) {
      trouble.replaceChildren(problemBox(error));
    }
    setBusy(csv, false);
  } }, t("statement.csv"));
  return h("section", { class: "stack apart" },
    h("h2", {}, t("statement.keep")), h("p", { class: "hint" }, t("statement.keep-hint")),
    h("a", { class: "button plain", href: "#/statement/print" }, t("statement.paper")), csv, trouble);
}

// The whole of what is chosen on one page, the oldest first, for the browser's own printer: to paper or to PDF.
export function printScreen() {
  begin();
  const { from, to } = fileDays();
  const collect = async () => {
    const account = await wallet.get("/wallet/v1/account");
    const items = [];
    let [cursor, sumsOf] = [null, null];
    do {
      const found = await more(cursor, { ...sought, from, to }, 100);
      sumsOf ??= found;
      items.push(...found.items);
      cursor = found.next_cursor;
    } while (cursor && items.length < ROWS_MAX);
    return { account, items: items.reverse(), sumsOf, isCut: cursor !== null };
  };
  const show = ({ account, items, sumsOf, isCut }) => [
    h("button", { class: "screen-only", onclick: () => window.print() }, t("statement.print")),
    h("p", { class: "hint screen-only" }, t("statement.print-hint")),
    isCut && h("p", { class: "notice bad", role: "alert" }, h("strong", {}, t("statement.cut"))),
    facts([
      [t("statement.owner"), account.full_name], [t("field.phone"), account.phone],
      [t("statement.when"), `${day(from)} – ${day(to)}`],
      sought.kinds.length > 0 && [t("statement.which"), sought.kinds.map((kind) => t(`statement.kind-${kind}`)).join(", ")],
      sought.q && [t("statement.search"), sought.q],
    ]),
    sums(sumsOf),
    items.length ? h("table", { class: "paper" },
      h("thead", {}, h("tr", {}, ["day", "what", "amount", "after"].map((name) => h("th", { scope: "col" }, t(`statement.col-${name}`))))),
      h("tbody", {}, items.map((item) => h("tr", {},
        h("td", {}, dateTime(item.recorded_at)),
        h("td", {}, kindName(item), item.other && [h("br"), item.other], item.number && [h("br"), item.number]),
        h("td", { class: "number" }, signed(item.amount)), h("td", { class: "number" }, money(item.balance)))))) :
      h("p", { class: "empty" }, t("statement.none")),
    h("p", { class: "hint" }, t("statement.printed", { at: dateTime(now()) })),
  ];
  return { body: loaded(collect, show) };
}

function withdrawal({ id, status, amount, created_at }) {
  return h("li", {}, h("a", { class: "item entry", href: `#/code/${id}` },
    h("span", {}, h("strong", {}, money(amount)), h("small", {}, dateTime(created_at))),
    h("span", { class: `badge ${status}` }, t(`status.${status}`))));
}

export const transfersScreen = () =>
  ({ body: [tabs("transfers"), paged(page("/wallet/v1/transfers"), transferRow, t("transfers.empty"))] });

export const withdrawalsScreen = () =>
  ({ body: [tabs("withdrawals"), paged(page("/wallet/v1/withdrawals"), withdrawal, t("withdrawals.empty"))] });
