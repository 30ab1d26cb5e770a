// Fields, forms, lists and waiting: the few things every screen is made of.

import { Lost } from "./api.js";
import { h, isBusy, setBusy } from "./dom.js";
import { digitsOf } from "./format.js";
import { known, t } from "./i18n.js";
import { problemBox } from "./problems.js";
import { announce } from "./shell.js";

// One labelled field. `shape` rewrites what is typed; `check` returns a message for the person, or nothing.
export function field({ name, label, hint, shape, check = () => null, read = (value) => value, tag = "input", ...attributes }) {
  const input = h(tag, {
    id: name, name, autocomplete: "off", "aria-describedby": `${name}-hint ${name}-error`, ...attributes,
  });
  const error = h("p", { id: `${name}-error`, class: "error" });
  if (shape) {
    input.addEventListener("input", () => {
      const tail = input.value.length - input.selectionEnd; // the caret keeps its distance from the end
      input.value = shape(input.value);
      const caret = Math.max(0, input.value.length - tail);
      input.setSelectionRange(caret, caret);
    });
  }
  const blame = (message) => {
    error.textContent = message ?? "";
    input.setAttribute("aria-invalid", String(Boolean(message)));
    return Boolean(message);
  };
  input.addEventListener("input", () => blame(null));
  return {
    name, input, blame,
    value: () => read(input.value.trim()),
    valid: () => !blame(check(input.value.trim())),
    node: h("div", { class: "field" },
      h("label", { for: name }, label), hint && h("p", { id: `${name}-hint`, class: "hint" }, hint), input, error),
  };
}

export const phoneField = () => field({
  name: "phone", label: t("field.phone"), type: "tel", inputmode: "tel", maxlength: 16, autocomplete: "username",
  read: (value) => digitsOf(value.replace(/^\s*\+84/, "0")),
  check: (value) => (/^0\d{9}$/.test(digitsOf(value.replace(/^\s*\+84/, "0"))) ? null : t("field.phone-ten")),
});

// Six digits that others at the counter must not read; may be shown on purpose, for eyes that need it.
export function pinField({ name = "pin", label, hint, check, autocomplete = "off" }) {
  const made = field({
    name, label, hint, type: "password", inputmode: "numeric", maxlength: 6, autocomplete,
    shape: (text) => text.replace(/\D/g, ""),
    check: (value) => (/^\d{6}$/.test(value) ? check?.(value) : t("field.pin-six")),
  });
  const show = h("button", { type: "button", class: "reveal", "aria-pressed": "false", onclick: () => {
    const hidden = made.input.type === "password";
    made.input.type = hidden ? "text" : "password";
    show.setAttribute("aria-pressed", String(hidden));
    show.textContent = t(hidden ? "field.hide" : "field.show");
  } }, t("field.show"));
  const both = h("div", { class: "revealing" });
  made.input.replaceWith(both);
  both.append(made.input, show);
  return made;
}

// A form that checks its fields, then acts once; while it acts it cannot be sent again, and it says what it waits for.
export function form({ fields, before = [], after = [], submit, act }) {
  const status = h("p", { class: "status", role: "status" });
  const trouble = h("div", {});
  const button = h("button", { class: "primary" }, submit);
  const waiting = () => (status.textContent = t("form.asking-again"));
  async function send(event) {
    event.preventDefault();
    if (isBusy(button)) return;
    trouble.replaceChildren();
    const wrong = fields.filter((one) => !one.valid());
    if (wrong.length) return wrong[0].input.focus();
    setBusy(button, true);
    status.textContent = t("form.sending");
    try {
      await act(Object.fromEntries(fields.map((one) => [one.name, one.value()])), waiting);
    } catch (error) {
      trouble.replaceChildren(problemBox(error, error.keyed && h("p", {}, t("form.same-key"))));
      blameFields(error, fields);
      trouble.scrollIntoView({ block: "nearest" });
    }
    setBusy(button, false);
    status.textContent = "";
  }
  return h("form", { novalidate: true, class: "stack", onsubmit: send },
    before, fields.map((one) => one.node), after, trouble, button, status);
}

// The service names the wrong fields of a malformed body, or the field and the rule; say it where the person typed.
function blameFields(error, fields) {
  const named = (where) => fields.find((one) => String(where).split(".").includes(one.name));
  for (const { where } of error.body?.errors ?? []) named(where)?.blame(t("field.not-accepted"));
  const { field: where, reason } = error.body ?? {};
  if (where) named(where)?.blame(known(`applicant.${reason}`) ? t(`applicant.${reason}`) : t("field.not-accepted"));
}

// A region that fills itself: waiting, then what `show` makes of the answer, or what went wrong with a way to try again.
export function loaded(load, show) {
  const region = h("div", { class: "stack" });
  async function run() {
    region.replaceChildren(h("p", { class: "quiet", role: "status" }, t("form.loading")));
    try {
      region.replaceChildren(...[await show(await load())].flat(Infinity).filter(Boolean));
    } catch (error) {
      const again = h("button", { class: "plain", onclick: run }, t("form.try-again"));
      region.replaceChildren(problemBox(error), error.slug === "session-ended" ? "" : again);
    }
  }
  run();
  return region;
}

// A screen whose script is fetched when somebody goes there: the first visit does not wait for it.
export const later = (fetched, name, title, back) => (params) => {
  let screen = null;
  let isLeft = false;
  const script = () => fetched().catch((error) => { throw new Lost(String(error)); });
  const show = (made) => (isLeft ? [] : (screen = made[name](params)).body);
  return { title, back, body: loaded(script, show), stop: () => ((isLeft = true), screen?.stop?.()) };
};

// A list by pages: `load(cursor)` answers {items, next_cursor}; the reader asks for more.
export function paged(load, item, empty) {
  const list = h("ul", { class: "list" });
  const more = h("button", { class: "plain", onclick: next }, t("list.more"));
  const trouble = h("div", {});
  let cursor = null;
  const add = (page) => {
    cursor = page.next_cursor;
    list.append(...page.items.map(item));
    more.hidden = !cursor;
  };
  async function next() {
    if (isBusy(more)) return;
    setBusy(more, true);
    trouble.replaceChildren();
    const first = list.childElementCount;
    try {
      add(await load(cursor));
      list.children[first]?.setAttribute("tabindex", "-1");
      list.children[first]?.focus(); // reading goes on where the new lines begin
    } catch (error) {
      trouble.replaceChildren(problemBox(error));
    }
    setBusy(more, false);
  }
  return loaded(() => load(null), (page) => {
    add(page);
    announce(t("list.shown", { count: page.items.length }));
    return page.items.length ? [list, trouble, more] : h("p", { class: "empty" }, empty);
  });
}

// One choice of several, as large targets. `options` are [value, title, note].
export function choice({ name, legend, options, value, changed }) {
  return h("fieldset", { class: "choice" }, h("legend", {}, legend), options.map(([key, title, note]) =>
    h("label", {},
      h("input", { type: "radio", name, value: key, checked: key === value, onchange: () => changed(key) }),
      h("span", {}, h("strong", {}, title), note && h("small", {}, note)))));
}

export const facts = (rows) =>
  h("dl", { class: "facts" }, rows.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
