import { follow, isSettled } from "./lock.js";
import { sound } from "./sound.js";

// Pages that wait: for an unknown to be known, for a lease to end, for the line to come back.

const answerOf = async (path) => {
  try {
    const answer = await fetch(path, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(10000) });
    if (answer.status === 401) return { state: "signed-out" };
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
};

export function watchUnknown(element) {
  const look = async () => {
    const known = await answerOf(`/unknown/${element.dataset.watch}`);
    if (known && !["unknown", "sent"].includes(known.state)) window.location.reload();
    else window.setTimeout(look, 1500);
  };
  window.setTimeout(look, 1000);
}

// A list or a request that somebody elsewhere changes: shown anew at once, unless somebody is typing here. In a tab that is
// not seen it is heard, and its title says so until somebody looks.
export function watchFresh(element) {
  const title = document.title;
  let heard = element.dataset.stands;
  const look = async () => {
    const now = await answerOf(element.dataset.fresh);
    if (now && now.state !== heard) {
      sound("asked");
      heard = now.state;
    }
    if (now && now.state !== element.dataset.stands && document.hidden) document.title = `● ${title}`;
    else if (now && now.state !== element.dataset.stands) {
      const typing = [...document.querySelectorAll("main input:not([type=hidden])")].some((field) => field.value);
      if (!typing) return window.location.reload();
      document.querySelector("[data-changed]")?.removeAttribute("hidden");
    }
    window.setTimeout(look, 3000);
  };
  window.setTimeout(look, 2000);
}

// The board, shown anew every half minute in its place: where one reads and what has the focus stay as they are.
export function watchBoard(element) {
  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(element.dataset.board, { signal: AbortSignal.timeout(20000) });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = answer.ok ? page.querySelector("[data-board]") : null;
        if (answer.redirected) return window.location.reload();
        if (fresh) {
          const held = element.contains(document.activeElement) ? document.activeElement.id : "";
          element.replaceChildren(...fresh.childNodes);
          if (held) document.getElementById(held)?.focus({ preventScroll: true });
        }
      } catch {
        // The line is away: the next look shows what has changed.
      }
    }
    window.setTimeout(look, 30000);
  };
  window.setTimeout(look, 30000);
}

export function watchLine(element) {
  const look = async () => {
    if (!document.hidden) {
      const settled = isSettled();
      const line = await answerOf("/line");
      // Signed out, here or by itself, or signed in anew: the open page does not stay to be read, nor a covered one.
      if (line?.state === "signed-out") return window.location.replace("/sign-in?again=1");
      if (line && line.desk !== element.dataset.desk) return window.location.replace("/");
      if (line) follow(line.locked, settled);
      if (line?.state in { online: 1, offline: 1, unknown: 1 }) element.dataset.line = line.state;
      if (line === null) element.dataset.line = "unknown";
      if (line?.state === "online" && !line.locked && document.querySelector("[data-down]")) return window.location.reload();
    }
    window.clearTimeout(next);
    next = window.setTimeout(look, element.dataset.line === "online" ? 15000 : 3000);
  };
  let next = window.setTimeout(look, element.dataset.line === "online" ? 15000 : 500);
  document.addEventListener("visibilitychange", look);
}

export function countDown(element) {
  const ends = performance.now() + 1000 * Number(element.dataset.lease);
  const text = element.querySelector("span");
  const show = () => {
    const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
    text.textContent = left ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : element.dataset.over;
    element.classList.toggle("short", left > 0 && left <= 60);
    element.classList.toggle("over", left === 0);
    if (left) window.setTimeout(show, 500);
  };
  show();
}
