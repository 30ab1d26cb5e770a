// What happened and what to do next, in the reader's language.

import { Lost, Problem } from "./api.js";
import { h } from "./dom.js";
import { clock, dateTime, dayOfWeek, duration, money } from "./format.js";
import { known, t } from "./i18n.js";

const AMOUNTS = ["available", "multiple", "amount_min", "amount_max", "remaining", "amount"];

function members(body) {
  const values = { ...body };
  for (const name of AMOUNTS) if (Number.isInteger(body[name])) values[name] = money(body[name]);
  if (body.retry_after_s) values.wait = duration(body.retry_after_s * 1000);
  if (body.renews_on) values.renews = dayOfWeek(body.renews_on);
  if (body.until) values.until = dateTime(body.until);
  if (body.lease_until) values.lease = clock(body.lease_until);
  return values;
}

// {title, next}: both sentences come from one text of the catalogue, parted by a line break.
export function explain(error) {
  if (error instanceof Problem) {
    const key = `problem.${error.slug}`;
    if (!known(key)) return { title: error.body.title ?? t("problem.unforeseen").split("\n")[0], next: error.body.detail };
    const [title, next] = t(key, members(error.body)).split("\n");
    return { title, next };
  }
  if (!(error instanceof Lost)) console.error(error);
  const key = error instanceof Lost ? (navigator.onLine ? "problem.no-answer" : "problem.offline") : "problem.unforeseen";
  const [title, next] = t(key).split("\n");
  return { title, next };
}

export function problemBox(error, ...more) {
  const { title, next } = explain(error);
  const signIn = error.slug === "session-ended" && h("a", { class: "button", href: "#/welcome" }, t("welcome.sign-in"));
  return h("div", { class: "notice bad", role: "alert" }, h("strong", {}, title), next && h("p", {}, next), signIn, more);
}
