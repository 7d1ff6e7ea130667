// Exports through the gateway, on the real database and storage: the same rows as the API's, whole or not at all.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { proofs } from "../../../../tests/support/random/proofs.ts";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import { pause } from "../../../../stack/pause.ts";

const RESOURCE = "training/attempts";

let product: Product;
Deno.test.beforeAll(async () => {
  product = await startProduct({
    uses: ["export"],
    samples: true,
    redis: false,
    variables: { FRESHET_RATE_LIMITS: "none" },
  });
});
Deno.test.afterAll(() => product.stop());

type Row = Readonly<Record<string, unknown>>;

/** Of an export, of a page of rows, or of a problem. */
interface Body<Data = ExportData> {
  readonly data: Data;
  readonly meta: { readonly next_cursor: string | null };
  readonly errors: readonly unknown[];
}

interface ExportData {
  readonly export_id: string;
  readonly state: string;
  readonly percent: number;
  readonly row_count: number;
  readonly byte_count: number;
  readonly error: unknown;
  /** Null until it is done; a test that reads it of another export fails there. */
  readonly link: { readonly url: string; readonly expires_at: string };
}

interface Answered {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

function admin(): Record<string, string> {
  return { apikey: product.stack.keys.secretKey };
}

async function ask(method: string, path: string, options: RequestInit = {}): Promise<Answered> {
  const response = await fetch(`${product.stack.origin}/functions/v1/export${path}`, { method, ...options });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

/** A busy machine may be asked once more, as its answer says. */
async function order(body: unknown, headers: Record<string, string> = admin(), tries = 5): Promise<Answered> {
  const options = { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
  const answered = await ask("POST", "", options);
  if (answered.status !== 503 || tries === 1) return answered;
  await pause(Number(answered.headers.get("retry-after")) * 1_000);
  return await order(body, headers, tries - 1);
}

/** All rows of the API, newest first, page by page; with `enough`, no more pages than hold so many. */
async function apiRows(query: string, enough = Infinity): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const body = await page(`/${RESOURCE}?limit=999${query}${next}`);
    rows.push(...body.data);
    cursor = body.meta.next_cursor;
  } while (cursor !== null && rows.length < enough);
  return rows;
}

/** A busy machine may be asked once more, as its answer says. */
async function page(path: string, tries = 5): Promise<Body<Row[]>> {
  const answer = await product.get(path, admin());
  const body: Body<Row[]> = await answer.json();
  if (answer.status === 503 && tries > 1) {
    await pause(Number(answer.headers.get("retry-after")) * 1_000);
    return await page(path, tries - 1);
  }
  equal(answer.status, 200, JSON.stringify(body));
  return body;
}

async function untilEnded(id: string, seconds = 180): Promise<ExportData> {
  const patience = Date.now() + seconds * 1_000;
  for (;;) {
    const { body } = await ask("GET", `/${id}`, { headers: admin() });
    if (!["queued", "running"].includes(body.data.state)) return body.data;
    ok(Date.now() < patience, JSON.stringify(body));
    await pause(500);
  }
}

/** A small export is done in its first answer. A busy machine may answer first that it is on its way: 202. */
async function doneExport({ status, body }: Answered): Promise<ExportData> {
  ok(status === 201 || status === 202, JSON.stringify(body));
  return status === 201 ? body.data : await untilEnded(body.data.export_id);
}

const asText = (value: unknown) => value === null ? "" : String(value);

e2e("a small export is one object at once, with the rows of the API in its order, as CSV and as NDJSON", async () => {
  // The newest days of the sample, whose dates move with the calendar.
  const { data: newest } = await (await product.get(`/${RESOURCE}?limit=999`, admin())).json();
  const filters = { from: newest.at(-1).started_on };
  const expected = await apiRows(`&from=${filters.from}`);
  const lines = expected.length;
  ok(lines > 100 && lines <= 10_000, `${lines} rows`);
  const csv = await order({ resource: RESOURCE, filters, format: "csv" });
  const data = await doneExport(csv);
  deepEqual([data.state, data.percent, data.row_count], ["done", 100, lines]);
  equal(csv.headers.get("location"), `export/${data.export_id}`);
  const file = await fetch(data.link.url);
  equal(file.status, 200);
  match(file.headers.get("content-disposition") ?? "", /training-attempts-\d{4}-\d\d-\d\d\.csv/);
  const text = await file.text();
  equal(new TextEncoder().encode(text).byteLength, data.byte_count);
  const rows: Record<string, string>[] = parse(text, { columns: true });
  deepEqual(
    rows,
    expected.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asText(value)]))),
  );

  const ndjson = await doneExport(await order({ resource: RESOURCE, filters, format: "ndjson" }));
  const records = (await (await fetch(ndjson.link.url)).text()).trimEnd().split("\n").map((line) => JSON.parse(line));
  deepEqual(records, expected);
});

e2e(
  "an export of many rows is made step by step, equal to the API's rows, and its object appears only when it is whole",
  async () => {
    // In the proofs all 173,912.
    const enough = proofs(25_000, Infinity);
    const newest = await apiRows("", enough);
    // Without the day within which the last page may end.
    const last_day = enough === Infinity ? "" : String(newest.at(-1)?.["started_on"]);
    const expected = newest.filter((row) => String(row["started_on"]) > last_day);
    ok(expected.length > 20_000, `${expected.length} rows`);
    const filters = enough === Infinity ? {} : { from: expected.at(-1)?.["started_on"] };
    const ordered = { resource: RESOURCE, filters, format: "ndjson", compression: "gzip" };
    const taken = await order(ordered);
    equal(taken.status, 202, JSON.stringify(taken.body));
    const again = await order(ordered);
    equal(again.body.data.export_id, taken.body.data.export_id);
    const ended = await untilEnded(taken.body.data.export_id);
    deepEqual([ended.state, ended.row_count, ended.error], ["done", expected.length, null]);
    const file = await fetch(ended.link.url);
    const path = await Deno.makeTempFile({ suffix: ".gz" });
    await Deno.writeFile(path, new Uint8Array(await file.arrayBuffer()));
    const { stdout } = await new Deno.Command("zcat", { args: [path] }).output();
    await Deno.remove(path);
    const records = new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) => JSON.parse(line));
    deepEqual(records, expected);
  },
);

e2e("what is wrong with an order is said, and another caller's export does not exist", async () => {
  const { stack } = product;
  const manager = asUser(stack, stack.tokens["manager"] ?? "");
  equal((await order({ resource: RESOURCE }, manager)).status, 403);
  equal((await order({ resource: RESOURCE }, { apikey: stack.keys.publishableKey })).status, 403);
  equal((await order({ resource: RESOURCE }, {})).status, 401);
  equal((await order({ resource: "nothing/here" })).status, 404);
  for (
    const body of [
      { resource: RESOURCE, format: "xlsx" },
      { resource: RESOURCE, filters: { limit: 5 } },
      { resource: RESOURCE, filters: { unknown: 5 } },
      { resource: RESOURCE, filters: { from: "yesterday" } },
      { resource: RESOURCE, link_seconds: 86_401 },
      { resource: RESOURCE, format: "ndjson", bom: true },
      { resource: RESOURCE, extra: 1 },
      [],
    ]
  ) {
    const { status, body: problem } = await order(body);
    equal(status, 400, JSON.stringify(problem));
    ok(problem.errors.length > 0, JSON.stringify(problem));
  }
  equal((await order({ resource: RESOURCE, filters: { user_id: "x".repeat(20_000) } })).status, 413);
  const text = { headers: { ...admin(), "content-type": "text/plain" }, body: "{}" };
  equal((await ask("POST", "", text)).status, 400);
  const put = await ask("PUT", "", { headers: admin() });
  deepEqual([put.status, put.headers.get("allow")], [405, "POST, OPTIONS"]);

  const filters = { from: "2026-02-01", to: "2026-02-03" };
  const mine = await order({ resource: RESOURCE, filters });
  const id = mine.body.data.export_id;
  const orgAdmin = asUser(stack, stack.tokens["org-admin"] ?? stack.tokens["admin"] ?? "");
  equal((await ask("GET", `/${id}`, { headers: orgAdmin })).status, 404);
  equal((await ask("DELETE", `/${id}`, { headers: orgAdmin })).status, 404);
  equal((await ask("GET", `/${crypto.randomUUID()}`, { headers: admin() })).status, 404);
  equal((await ask("GET", "/work", { headers: admin() })).status, 404);
  equal((await ask("POST", "/work", { headers: admin() })).status, 401);
});

e2e("a link lasts as long as was asked for, and ends with the export, whose object a job removes", async () => {
  const filters = { from: "2026-02-01", to: "2026-02-04" };
  const { body } = await order({ resource: RESOURCE, filters, link_seconds: 60 });
  const { export_id: id, link } = body.data;
  const left = (Date.parse(link.expires_at) - Date.now()) / 1_000;
  ok(left > 50 && left <= 60, `${left} s`);
  const longer = await ask("GET", `/${id}?link_seconds=86400`, { headers: admin() });
  ok((Date.parse(longer.body.data.link.expires_at) - Date.now()) / 1_000 > 86_000);

  const deleted = await ask("DELETE", `/${id}`, { headers: admin() });
  equal(deleted.body.data.state, "cancelled");
  equal(deleted.body.data.link, null);
  const work = await ask("POST", "/work", { headers: { apikey: product.stack.keys.cronKey } });
  equal(work.status, 200, JSON.stringify(work.body));
  equal((await fetch(link.url)).ok, false);
});

e2e(
  "an export is frozen although this takes longer than the 8 s that a statement of the data API may take",
  async () => {
    const { sql } = product;
    await sql.unsafe(`
    create function freshet.slow_page() returns trigger language plpgsql as $$ begin perform pg_sleep(9); return null; end $$;
    create trigger slow_page before insert on analytics.export_pages for each statement execute function freshet.slow_page()`);
    try {
      const taken = await order({ resource: RESOURCE, filters: { from: "2026-02-01", to: "2026-02-05" } });
      equal(taken.status, 202, JSON.stringify(taken.body));
      const ended = await untilEnded(taken.body.data.export_id, 60);
      deepEqual([ended.state, ended.error], ["done", null]);
    } finally {
      await sql.unsafe("drop trigger slow_page on analytics.export_pages; drop function freshet.slow_page()");
    }
  },
);
