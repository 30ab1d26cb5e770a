// The HTTP API as the pages use it: refusals as `Problem`, silence as `Lost`, a session that renews itself.

const TIMEOUT_MS = 30_000; // a 2G line is slow, not dead
const INTENTION = "soft-atm.intention.";
const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
let offset_ms = 0;

// A "no" by rule: nothing has changed on the other side.
export class Problem extends Error {
  constructor(status, body) {
    super(body.title);
    this.status = status;
    this.slug = String(body.type ?? "").replace(/^urn:soft-atm:problem:/, "");
    this.body = body;
  }
}

// No answer, or none that can be read: nobody here knows whether the wish was carried out.
export class Lost extends Error {}

// The service's clock, in milliseconds: a phone's own may be an hour off, and a code's deadline is not.
export const now = () => Date.now() + offset_ms;

export function sleep(milliseconds) {
  return new Promise((resolve) => {
    const wake = () => (clearTimeout(timer), window.removeEventListener("online", wake), resolve());
    const timer = setTimeout(wake, milliseconds);
    window.addEventListener("online", wake); // no need to wait on when the line is back
  });
}

// One key per intention: the same facts keep their key, over retries and reloads, until `send` knows the outcome.
export function intention(name, facts) {
  const stored = INTENTION + name;
  const wanted = JSON.stringify(facts);
  const [known, knownKey] = JSON.parse(sessionStorage.getItem(stored) ?? "[]");
  const key = known === wanted ? knownKey : randomKey();
  sessionStorage.setItem(stored, JSON.stringify([wanted, key]));
  return { key, settle: () => sessionStorage.removeItem(stored) };
}

export function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing where the page has no TLS
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function ask(method, path, { body, key, token }) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (token) headers.Authorization = `Bearer ${token}`;
  try {
    const sent = { method, headers, body: body && JSON.stringify(body), cache: "no-store", credentials: "omit" };
    const answer = await fetch(path, { ...sent, signal: deadlineSignal() });
    const date = Date.parse(answer.headers.get("Date"));
    if (date) offset_ms = date - Date.now();
    return { answer, bytes: await answer.arrayBuffer() };
  } catch (error) {
    throw new Lost(String(error));
  }
}

function deadlineSignal() {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), TIMEOUT_MS);
  return controller.signal;
}

function parsed(bytes) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new Lost("not JSON");
  }
}

function read({ answer, bytes }, raw) {
  if (answer.status >= 500) throw new Lost(`status ${answer.status}`);
  if (!answer.ok) throw new Problem(answer.status, { retry_after_s: answer.headers.get("Retry-After"), ...parsed(bytes) });
  if (raw) return new Blob([bytes], { type: answer.headers.get("Content-Type") });
  return answer.status === 204 ? null : parsed(bytes);
}

// A client of one realm: `sessions` is its sessions' path, `stored` the name of its session in this tab; `said` goes with
// every sign-in.
export function client(sessions, stored, said = {}) {
  let renewing = null;
  const session = () => JSON.parse(sessionStorage.getItem(stored) ?? "null");
  const ended = () => new Problem(401, { type: "session-ended", title: "The session has ended" });

  // What comes after a sign-out is nobody's: neither the new tokens nor the end of the old ones are for who is here then.
  async function renew() {
    const { refresh_token } = session();
    const isStillHere = () => session()?.refresh_token === refresh_token;
    try {
      const tokens = read(await ask("POST", `${sessions}/refresh`, { body: { refresh_token } }));
      if (!isStillHere()) throw ended();
      sessionStorage.setItem(stored, JSON.stringify({ ...session(), ...tokens }));
    } catch (error) {
      if (error instanceof Problem && isStillHere()) sessionStorage.removeItem(stored);
      throw error;
    } finally {
      renewing = null;
    }
  }

  async function request(method, path, { raw, ...options } = {}) {
    if (!session()) throw ended();
    const here = session().id;
    const asked = async () => {
      const heard = await ask(method, path, { ...options, token: session().access_token });
      if (session()?.id !== here) throw ended(); // nobody's, and not for who is here now
      return heard;
    };
    let heard = await asked();
    if (heard.answer.status === 401) {
      await (renewing ??= renew()); // several calls may meet the end of a token at once; one renews it
      heard = await asked();
      if (heard.answer.status === 401) {
        sessionStorage.removeItem(stored);
        throw ended();
      }
    }
    return read(heard, raw);
  }

  async function begin(path, body) {
    const tokens = read(await ask("POST", path, { body }));
    localStorage[stored] = tokens.device;
    sessionStorage.setItem(stored, JSON.stringify(tokens));
    return tokens;
  }

  return {
    session,
    get: (path) => request("GET", path),
    raw: (path) => request("GET", path, { raw: true }),
    post: (path, body) => request("POST", path, { body }),
    // Moves money: asks again with the same key after a lost answer, a few times; `waiting` is told.
    // A refusal leaves the intention as it is; a key that is spent is let go, or it could never be wished again.
    // Whoever has signed in meanwhile does not ask for who was here before.
    async send(path, body, { key, settle = () => {} }, waiting = () => {}) {
      const began = session()?.id;
      for (const wait of [...WAITS_MS, null]) {
        try {
          if (session()?.id !== began) throw ended();
          const answer = await request("POST", path, { body, key });
          settle();
          return answer;
        } catch (error) {
          if (/(reused|forgotten)$/.test(error.slug)) settle();
          const again = error instanceof Lost || error.slug === "request-in-progress";
          error.keyed = again;
          if (!again || wait === null) throw error;
          waiting();
          await sleep(wait);
        }
      }
    },
    signIn: (credentials) => begin(sessions, { ...credentials, ...said, device: localStorage[stored] }),
    signInBy: (way, proof) => begin(`${sessions}/${way}`, proof),
    // The answer to a change that ended every session is the next one, unless somebody has signed out meanwhile.
    adopt(tokens) {
      if (session()) sessionStorage.setItem(stored, JSON.stringify({ ...session(), ...tokens, device: session().device }));
    },
    // Gone from this page at once: nobody waits for the service to hear of it before the screen is left.
    async signOut() {
      const body = { refresh_token: session()?.refresh_token };
      sessionStorage.removeItem(stored);
      await ask("POST", `${sessions}/end`, { body }).catch(() => {}); // signed out here in any case
    },
  };
}

// For anybody.
export const open = {
  get: async (path) => read(await ask("GET", path, {})),
  post: async (path, body) => read(await ask("POST", path, { body })),
};
