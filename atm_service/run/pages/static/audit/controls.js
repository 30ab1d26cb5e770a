// The controls: what must hold at every moment, and where it does not.

import { h } from "../dom.js";
import { dateTime } from "../format.js";
import { loaded } from "../forms.js";
import { known, t } from "../i18n.js";
import { printButton, printed, staff } from "./staff.js";

function control({ name, holds, breaks, examples }) {
  return h("tr", { class: holds ? "" : "broken" },
    h("td", {}, h("span", { class: `badge ${holds ? "yes" : "no"}` }, holds ? `✓ ${t("controls.holds")}` : `✗ ${t("controls.broken")}`)),
    h("td", {}, known(`control.${name}`) ? t(`control.${name}`) : name, h("br"), h("code", {}, name),
      examples.length > 0 && h("ul", {}, examples.map((example) => h("li", {}, h("code", {}, example))))),
    h("td", { class: "number" }, String(breaks)));
}

function show({ checked_at, controls, all_hold }) {
  const broken = controls.filter(({ holds }) => !holds).length;
  const verdict = all_hold ? t("controls.all", { count: controls.length }) : t("controls.some", { broken, count: controls.length });
  return [
    h("p", { class: `notice ${all_hold ? "good" : "bad"}`, role: "status" }, h("strong", {}, verdict), " ", t("controls.at", { when: dateTime(checked_at) })),
    h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("controls.state")), h("th", { scope: "col" }, t("controls.control")),
        h("th", { scope: "col", class: "number" }, t("controls.breaks")))),
      h("tbody", {}, [...controls].sort((one, other) => one.holds - other.holds).map(control))),
    printButton(), printed(),
  ];
}

export const controlsScreen = () => ({ title: "controls.title", body: loaded(() => staff.get("/audit/v1/controls"), show) });
