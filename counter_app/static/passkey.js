// A passkey of this person signs, or is made, where the browser can: at the name that the passkeys belong to. Elsewhere
// the authenticator's code is asked for as ever, and the page says where passkeys work.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

export function usePasskey(form) {
  const asked = JSON.parse(form.dataset.passkey);
  const rp = asked.rpId ?? asked.rp.id;
  const here = window.location.hostname;
  if (!window.PublicKeyCredential || (here !== rp && !here.endsWith(`.${rp}`))) return sayWhere(rp);
  form.hidden = false;
  const button = form.querySelector("button[type=button]");
  button.focus();
  button.addEventListener("click", async () => {
    button.disabled = true;
    form.querySelector("[data-failed]").hidden = true;
    try {
      form.elements.answer.value = JSON.stringify(written(await (asked.rp ? make(asked) : sign(asked))));
      form.requestSubmit();
    } catch {
      // Called off by its owner, too late, or no such device.
      form.querySelector("[data-failed]").hidden = false;
      button.disabled = false;
      button.focus();
    }
  });
}

function sayWhere(rp) {
  const hint = document.querySelector("[data-no-passkeys]");
  const port = window.location.port && `:${window.location.port}`;
  hint.hidden = false;
  hint.querySelector("b").textContent = `${window.location.protocol}//${rp}${port}`;
}

const sign = (asked) =>
  navigator.credentials.get({ publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials) } });

const make = (asked) =>
  navigator.credentials.create({
    publicKey: { ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) }, excludeCredentials: named(asked.excludeCredentials) },
  });

function written(made) {
  const response = {};
  for (const name of ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"]) {
    const part = made.response[name];
    if (part && part.byteLength && !(name === "authenticatorData" && made.response.attestationObject)) response[name] = text(part);
  }
  return { id: made.id, rawId: text(made.rawId), type: made.type, response };
}
