// Figures and names that nobody means to have: on each card of the console, and in the playground's answer.
import { deepEqual, equal, match } from "node:assert/strict";
import type { Page } from "../../support/rigs/browser.ts";
import { enter, product, walk } from "../../support/rigs/pages_stage.ts";

type Leaf = string | number | boolean | null;

/** A word of an enumeration, a moment or a cursor is not a name. */
const isMoment = (key: string, value: Leaf): value is string => /_(?:at|until)$/.test(key) && typeof value === "string";
const isName = (key: string, value: Leaf): value is string =>
  typeof value === "string" &&
  /^(?:subject|summary|message|reason|last_error|pack|schedule|owner|operator_id)$/.test(key);

/** By what it is about: what becomes of each value of an answer. */
const ODDITIES: Readonly<Record<string, (key: string, value: Leaf) => Leaf>> = {
  "names that are code": (key, value) => isName(key, value) ? `<img src=x onerror="document.title='run'">` : value,
  "names of 200 letters without a space": (key, value) => isName(key, value) ? "w".repeat(200) : value,
  "names from right to left": (key, value) => isName(key, value) ? "\u202Eשלום 😈 مرحبا" : value,
  "names of nothing": (key, value) => isName(key, value) ? "" : value,
  "figures of less than nothing": (key, value) => typeof value === "number" && !/_id$|^runid$/.test(key) ? -5 : value,
  "figures beyond any": (key, value) => typeof value === "number" && !/_id$|^runid$/.test(key) ? 1e15 : value,
  "figures that are missing": (key, value) => /_(?:ms|seconds|bytes?|count|per_day)$/.test(key) ? null : value,
  "clocks of another century": (key, value) => isMoment(key, value) ? "9999-12-31T23:59:59Z" : value,
  "clocks that began at 1970": (key, value) => isMoment(key, value) ? "1970-01-01T00:00:00Z" : value,
  "moments that never come": (key, value) => isMoment(key, value) ? "infinity" : value,
};

function changed(value: unknown, change: (key: string, value: Leaf) => Leaf, key = ""): unknown {
  if (Array.isArray(value)) return value.map((one) => changed(one, change, key));
  if (typeof value !== "object" || value === null) return change(key, value as Leaf);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, changed(one, change, name)]));
}

/** What no figure, name or moment may be written as. */
const NONSENSE = /\bNaN\b|undefined|Invalid Date|\[object|∞|Infinity/;

async function isSound(page: Page, about: string): Promise<void> {
  const text = String(await page.evaluate("document.querySelector('main').innerText"));
  equal(NONSENSE.exec(text)?.[0] ?? null, null, about);
  equal(await page.evaluate("document.querySelectorAll('main img').length"), 0, about);
  equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, `${about} widen the page`);
}

walk("whatever a card of the console is given, it writes as a figure, a name or nothing", async ({ page, errors }) => {
  await enter(page, "Administrator of the platform");
  let odd: (key: string, value: Leaf) => Leaf = (_, value) => value;
  let waiting = 0;
  await page.route(/\/analytics\/ops\//, async (route) => {
    waiting++;
    const response = await route.fetch();
    const { data, meta } = JSON.parse(await response.text());
    await route.fulfill({ response, body: JSON.stringify({ data: changed(data, odd), meta }) });
    waiting--;
  });
  const settled = async () => {
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))");
    while (waiting > 0) await page.evaluate("new Promise((resolve) => setTimeout(resolve, 50))");
    await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))");
  };
  await page.goto(`${product().stack.origin}/ops?incidents=all&outbox=all`);
  await page.locator(".settled .card .source").first().waitFor();
  await page.locator(".card[aria-busy=true]").first().waitFor({ state: "hidden" });
  for (const [about, change] of Object.entries(ODDITIES)) {
    odd = change;
    await page.evaluate("dispatchEvent(new Event('online'))");
    await settled();
    await isSound(page, about);
    deepEqual(await page.locator(".state.outage").allInnerTexts(), [], about);
    equal(await page.locator("section.card").count(), 7, about);
  }
  equal(await page.evaluate("document.title"), "Console · Freshet");
  deepEqual(errors, []);
});

const problem = (status: number, code: string) => ({
  status,
  contentType: "application/problem+json",
  body: JSON.stringify({ status, code, detail: "in the middle", request_id: "r1" }),
});
const rows = (...data: unknown[]) => ({
  status: 200,
  contentType: "application/json",
  body: JSON.stringify({
    data,
    meta: { resource: "training/org-overview", row_count: data.length, next_cursor: null },
  }),
});

/** By what the page says of it. */
const REPLIES: readonly (readonly [said: RegExp, reply: { status: number; contentType: string; body: string }])[] = [
  [/^413\b/, problem(413, "PAYLOAD_TOO_LARGE")],
  [/^429\b/, problem(429, "RATE_LIMITED")],
  [/^503\b/, problem(503, "SOURCE_UNAVAILABLE")],
  [/^502\b/, { status: 502, contentType: "text/html", body: "<h1>Bad <img src=x> gateway</h1>" }],
  [/^200\b/, { status: 200, contentType: "application/json", body: '{"data":[{"org_id":"a' }],
  [/^200\b/, { status: 200, contentType: "application/json", body: "null" }],
  [/^200\b/, rows({ org_id: "x".repeat(1_000_000), name: `<img src=x onerror="document.title='run'">` })],
  [/^200\b/, rows({ org_id: null, name: "\u202Eשלום", avg_score: -1e300 }, {}, { org_id: { a: [1, "b"] } })],
];

walk(
  "whatever the playground is answered, it says what came, and the next answer is as ever",
  async ({ page, errors }) => {
    await enter(page, "Administrator of the platform");
    await page.goto(`${product().stack.origin}/try?resource=training%2Forg-overview`);
    await page.getByRole("button", { name: "Send" }).waitFor();
    const asked = /\/analytics\/training\/org-overview/;
    const send = async () => {
      await page.getByRole("button", { name: "Send" }).click();
      await page.locator(".card[aria-busy=false] .try-status").waitFor();
    };
    for (const [said, reply] of REPLIES) {
      await page.route(asked, (route) => route.fulfill(reply));
      await send();
      match(await page.locator(".try-status").innerText(), said);
      await isSound(page, reply.body.slice(0, 60));
      await page.unroute(asked);
    }
    await send();
    match(await page.locator(".try-status").innerText(), /^200 in .* rows?\.$/);
    equal(await page.evaluate("document.title"), "Playground · Freshet");
    deepEqual(errors, []);
  },
);
