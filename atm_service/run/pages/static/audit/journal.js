// The journal as a file, in a form that somebody else's tool can read and recompute.

import { h, isBusy, setBusy } from "../dom.js";
import { t } from "../i18n.js";
import { problemBox } from "../problems.js";
import { announce } from "../shell.js";
import { dateInput, labelled, staff, today } from "./staff.js";

const ENDINGS = { csv: "csv", json: "json", hledger: "journal", beancount: "beancount" };

export function journalScreen() {
  const wanted = { from: `${today().slice(0, 8)}01`, to: today(), format: "csv" };
  const trouble = h("div", {});
  const format = h("select", { id: "format", onchange: (event) => (wanted.format = event.target.value) },
    Object.keys(ENDINGS).map((name) => h("option", { value: name }, t(`journal.${name}`))));
  const button = h("button", { class: "primary", onclick: async () => {
    if (isBusy(button)) return;
    setBusy(button, true);
    trouble.replaceChildren();
    announce(t("journal.preparing"));
    try {
      save(await staff.raw(`/audit/v1/journal?${new URLSearchParams(wanted)}`), wanted);
      announce(t("journal.done"));
    } catch (error) {
      trouble.replaceChildren(problemBox(error));
    }
    setBusy(button, false);
  } }, t("journal.download"));
  const date = (name) => labelled(name, t(`journal.${name}`), dateInput(name, wanted[name], (value) => (wanted[name] = value)));
  return {
    title: "journal.title",
    body: [
      h("p", { class: "lead" }, t("journal.lead")),
      h("div", { class: "row" }, date("from"), date("to"), labelled("format", t("journal.format"), format)),
      trouble, button,
    ],
  };
}

function save(blob, { from, to, format }) {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: `soft-atm_${from}_${to}.${ENDINGS[format]}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser may still be reading it
}
