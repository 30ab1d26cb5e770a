// What the simulated eKYC provider knows, in place of a camera; the frame says that it is simulated.

import { randomKey } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";

export const simulated = (...content) => h("div", { class: "simulated" }, h("strong", { class: "tag" }, t("simulated")), content);

export function samples(name, explanation, choices) {
  const options = choices.map((one) => h("option", { value: `sample-${one}` }, t(`sample.${one}`)));
  return simulated(
    h("p", { id: `${name}-hint` }, explanation), h("label", { for: name }, t("open.sample")),
    h("select", { id: name, name, "aria-describedby": `${name}-hint` }, options));
}

// A picture that is taken now, of what was chosen; nothing while none is asked for. Each is good for one wish.
export function picture(place) {
  const chosen = place.querySelector("select")?.value;
  return chosen && `${chosen}:${randomKey()}`;
}
