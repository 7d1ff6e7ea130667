import { createElement as h, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import {
  dehydrate,
  hydrate,
  QueryClient,
  QueryClientProvider,
  QueryObserver,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { createBareClient } from "freshet-client";
import { createQueries } from "freshet-client/react-query";

const { url, key, adminToken, challenge_id } = globalThis.given;

/** Requests of the client, in order. */
const asked = [];
const fetchHere = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const response = await fetchHere(input, init);
  asked.push({ url: String(input?.url ?? input), status: response.status });
  return response;
};

const client = createBareClient({ url, key });
const admin = createBareClient({ url, key, token: () => adminToken });
const cache = new QueryClient();

/** Which components are on the page; a plain store, so that the test decides when they mount. */
let screen = [];
const listeners = new Set();
function show(...next) {
  screen = next;
  for (const listener of listeners) listener();
}
function Screen() {
  const shown = useSyncExternalStore(
    (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    () => screen,
  );
  return h(
    "main",
    null,
    shown.map(([Component, props], index) => h(Component, { key: props.name ?? index, ...props })),
  );
}

const lanes = (queries) => queries.queryOptions("arena/lane-distributions", { challenge_id });

function Lanes({ queries, seen }) {
  const { data } = useQuery(lanes(queries));
  const text = data === undefined ? "…" : String(data.data[0].p50);
  seen?.push(text);
  return h("p", { className: "lane" }, text);
}

let more;
function Days({ queries }) {
  const { data, fetchNextPage } = useInfiniteQuery(
    queries.infiniteQueryOptions("engagement/active-learning-days", { limit: 2 }),
  );
  more = fetchNextPage;
  return (data?.pages ?? []).map((page, index) =>
    h("ol", { key: index }, page.data.map(({ active_on }) => h("li", { key: active_on }, active_on)))
  );
}

const texts = (selector) => [...document.querySelectorAll(selector)].map(({ textContent }) => textContent);
async function until(holds) {
  for (let left = 200; left > 0; left--) {
    const found = holds();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${holds} did not hold for five seconds; the page shows ${document.body.innerHTML}`);
}

async function walk() {
  const result = {};
  createRoot(document.getElementById("root")).render(h(QueryClientProvider, { client: cache }, h(Screen)));
  const ada = createQueries(client, { viewer: "ada" });

  show([Lanes, { queries: ada, name: "one" }], [Lanes, { queries: ada, name: "two" }]);
  await until(() => texts(".lane").join() === "71,71");
  result.asked_once_by_two_components = [asked.length, texts(".lane")];

  show();
  await until(() => texts(".lane").length === 0);
  show([Lanes, { queries: ada, name: "again" }]);
  await until(() => texts(".lane").join() === "71");
  result.again_within_its_bound = asked.length - 1;

  const before = cache.getQueryData(lanes(ada).queryKey).data;
  await cache.invalidateQueries({ queryKey: ada.queryKey });
  const after = cache.getQueryData(lanes(ada).queryKey).data;
  result.after_invalidation = [asked.length - 1, before === after ? "the same rows" : "other rows"];

  // As in the page that a server has filled: from JSON, in another cache.
  const filled = new QueryClient();
  hydrate(filled, JSON.parse(JSON.stringify(dehydrate(cache))));
  const total = asked.length;
  const leave = new QueryObserver(filled, lanes(ada)).subscribe(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  leave();
  result.in_a_page_that_a_server_filled = [asked.length - total, filled.getQueryData(lanes(ada).queryKey).data[0].p50];

  show([Days, { queries: createQueries(admin, { viewer: "admin" }) }]);
  await until(() => texts("li").length === 2);
  await more();
  await until(() => texts("li").length === 4);
  result.next_page = [...document.querySelectorAll("ol")].map((list) =>
    [...list.children].map(({ textContent }) => textContent)
  );

  const known = asked.length;
  const seen = [];
  show([Lanes, { queries: createQueries(client, { viewer: "bob" }), seen }]);
  await until(() => texts(".lane").join() === "71");
  result.shown_to_the_next_viewer_first = seen.slice(0, 1);
  result.asked_for_the_next_viewer = asked.length - known;

  cache.removeQueries({ queryKey: ada.queryKey });
  result.kept_after_sign_out = cache.getQueryCache().findAll({ queryKey: ada.queryKey }).length;

  const counted = asked.length;
  const refused = await cache.fetchQuery(ada.queryOptions("engagement/summary-stats")).catch((error) => error);
  result.refused = [refused.code, asked.length - counted];

  const slow = cache.fetchQuery(ada.queryOptions("arena/time-to-first-win")).catch(() => "aborted");
  await cache.cancelQueries({ queryKey: ada.queryKey });
  const left = await slow;
  await new Promise((resolve) => setTimeout(resolve, 300));
  result.left = [left, asked.filter(({ url }) => url.includes("time-to-first-win")).length];
  return result;
}

const result = await walk().catch((error) => ({ error: String(error?.stack ?? error) }));
await fetchHere("/result", { method: "POST", body: JSON.stringify(result) });
