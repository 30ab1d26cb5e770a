// Amounts, times and what people type, as they are read in Vietnam. Times are shown in Vietnam's own zone.

import { language, t } from "./i18n.js";

const ZONE = "Asia/Ho_Chi_Minh";
const NARROW = "\u00a0";

export const grouped = (amount) => String(Math.abs(amount)).replace(/\B(?=(\d{3})+$)/g, ".");
export const figure = (amount) => `${amount < 0 ? "−" : ""}${grouped(amount)}`;
export const money = (amount) => `${figure(amount)}${NARROW}đ`;
export const signed = (amount) => (amount > 0 ? `+${money(amount)}` : money(amount));

export const digitsOf = (text) => text.replace(/\D/g, "");
export const typedAmount = (text) => {
  const digits = digitsOf(text).replace(/^0+/, "").slice(0, 12);
  return digits && grouped(Number(digits));
};
export const typedDate = (text) => {
  const [day, month, year] = [/^\d{1,2}/, /^\d{2}(\d{1,2})/, /^\d{4}(\d{1,4})/].map((part) => digitsOf(text).match(part));
  return [day?.[0], month?.[1], year?.[1]].filter(Boolean).join("/");
};

// "20/11/1985" as "1985-11-20"; null where there is no such day.
export function isoDate(text) {
  const parts = text.match(/^(\d{2})\/(\d{2})\/(\d{4})$/);
  if (!parts) return null;
  const iso = `${parts[3]}-${parts[2]}-${parts[1]}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null;
}

// "1985-11-20" as "20/11/1985".
export const day = (iso) => iso.split("-").reverse().join("/");

function inZone(moment, options) {
  return new Intl.DateTimeFormat(language === "vi" ? "vi-VN" : "en-GB", { timeZone: ZONE, ...options }).format(moment);
}

export function clock(moment) {
  return inZone(new Date(moment), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function dateTime(moment) {
  const date = inZone(new Date(moment), { day: "2-digit", month: "2-digit", year: "numeric" });
  return `${clock(moment)}, ${date.replaceAll("-", "/")}`;
}

// With the day of the week: what a traveller plans by.
export function deadline(moment) {
  const date = new Date(moment);
  return t("time.deadline", {
    clock: clock(moment),
    weekday: inZone(date, { weekday: "long" }).replace(/^Thứ/, "thứ"),
    date: inZone(date, { day: "2-digit", month: "2-digit" }).replaceAll("-", "/"),
  });
}

// "2026-11-17" as "thứ ba, 17/11": what people call a day on which they have to be somewhere.
export function dayOfWeek(iso) {
  const noon = new Date(`${iso}T12:00:00+07:00`);
  const date = inZone(noon, { day: "2-digit", month: "2-digit" }).replaceAll("-", "/");
  return `${inZone(noon, { weekday: "long" }).replace(/^Thứ/, "thứ").replace(/^Chủ/, "chủ")}, ${date}`;
}

export function isoDay(moment) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: ZONE }).format(moment);
}

// 1440 as "24 giờ", 15 as "15 phút".
export const span = (minutes) => new Intl.NumberFormat(language, {
  style: "unit", unitDisplay: "long", unit: minutes % 60 ? "minute" : "hour",
}).format(minutes % 60 ? minutes : minutes / 60);

// A wait in words; seconds only in the last hour, where they matter.
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours) return t("time.hours", { hours, minutes });
  if (minutes) return t("time.minutes", { minutes, seconds: String(seconds % 60).padStart(2, "0") });
  return t("time.seconds", { seconds });
}
