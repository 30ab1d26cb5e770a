// Keeps one page's own files, so that it opens on the road without a line. It never touches the API.

const PAGE = new URL(self.registration.scope).pathname; // "/wallet/"
const SHELL = `soft-atm-${PAGE.split("/")[1]}`;
const PATIENCE_MS = 5_000; // a line this slow is no line for someone at the counter

self.addEventListener("install", (event) => event.waitUntil(fetch(PAGE).then(remember).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin !== self.location.origin || event.request.method !== "GET") return;
  if (pathname === PAGE && event.request.mode === "navigate") event.respondWith(page(event));
  if (pathname.startsWith("/static/")) event.respondWith(stored(event.request));
});

// The page names every file it needs; files of an older version are dropped.
async function remember(answer) {
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const cache = await caches.open(SHELL);
  const text = await answer.clone().text();
  const files = [...new Set([...text.matchAll(/"(\/static\/[^"]+)"/g)].map(([, path]) => path))];
  const missing = [];
  for (const path of files) if (!(await cache.match(path))) missing.push(path);
  await cache.addAll(missing);
  await cache.put(PAGE, answer);
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname !== PAGE && !files.includes(pathname)) await cache.delete(request);
  }
}

async function page(event) {
  const fresh = fetch(event.request);
  event.waitUntil(fresh.then((answer) => remember(answer.clone())).catch(() => {}));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([fresh.catch(() => null), late]);
  return answer?.ok ? answer : ((await caches.match(PAGE)) ?? fresh);
}

const stored = async (request) => (await caches.match(request)) ?? fetch(request);
