// Ask again and again, gently: only while the page is seen, slower while no answer comes, at once when the line is back.

const SLOWEST_MS = 60_000;

// `ask` answers whether to go on; when it throws, asking goes on, slower. Returns what stops it.
export function watch(ask, every_ms = 5_000) {
  let [stopped, asking, failures, timer] = [false, false, 0, null];

  async function turn() {
    if (stopped || asking || document.hidden) return;
    clearTimeout(timer);
    asking = true;
    try {
      if (!(await ask())) stop();
      failures = 0;
    } catch {
      failures += 1;
    }
    asking = false;
    if (!stopped) timer = setTimeout(turn, Math.min(every_ms * 2 ** failures, SLOWEST_MS));
  }

  function stop() {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", turn);
    window.removeEventListener("online", turn);
  }

  document.addEventListener("visibilitychange", turn);
  window.addEventListener("online", turn);
  turn();
  return stop;
}
