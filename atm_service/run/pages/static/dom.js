// Builds elements. Text stays text: nothing that a server or a person wrote is ever read as HTML.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

// Ask before something that cannot be taken back. Resolves to true only for the button that says it.
export function ask(question, yes, no) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { "aria-labelledby": "question", onclose: () => (dialog.remove(), resolve(dialog.returnValue === "yes")) },
      h("p", { id: "question" }, question),
      h(
        "form",
        { method: "dialog", class: "stack" },
        h("button", { class: "plain", value: "no", autofocus: true }, no),
        h("button", { class: "danger", value: "yes" }, yes),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

// Busy buttons keep their focus (a disabled one would drop it) and ignore further presses; see `isBusy`.
export const setBusy = (button, busy) => button.setAttribute("aria-disabled", String(busy));
export const isBusy = (button) => button.getAttribute("aria-disabled") === "true";
