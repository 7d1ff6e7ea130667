// The worst that each source column accepts, all of it at once, behind the real function. tests/integration/worst_values_test.ts
// proves each value alone against the database; this is about JSON, CSV, headers and cursors.
import { equal, ok } from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { fullName, type Resource } from "../../shared/resource/resource.ts";
import { resources } from "../../tools/resources.ts";
import { refreshAll } from "../support/fixtures/arena.ts";
import { plantEverything } from "../support/fixtures/planted_world.ts";
import { planter } from "../support/fixtures/planting.ts";
import { readsAll } from "../support/fixtures/contracted.ts";
import { sampleQuery, sampleRow } from "../support/fixtures/sample_values.ts";
import { somePlants, sourceColumns } from "../support/fixtures/source_columns.ts";
import { asMember } from "../support/fixtures/training.ts";
import { e2e } from "../support/rigs/e2e.ts";
import { type Product, startProduct } from "../support/rigs/product.ts";

const MOST_PAGES = 20;
/** Values in each column. */
const ROUNDS = 6;

let product: Product;

Deno.test.beforeAll(async () => {
  product = await startProduct({ redis: false, variables: { FRESHET_RATE_LIMITS: "none" } });
});
Deno.test.afterAll(() => product.stop());

/** Puts each value into a new copy of a row, or where that is no new row, into a row; returns how many were accepted. */
async function plantTheWorst(): Promise<number> {
  const { sql } = product;
  let accepted = 0;
  for (const plant of somePlants(await sourceColumns(sql), ROUNDS)) {
    const put = await planter(sql, plant);
    accepted += await put("insert", plant.value).catch(() => put("update", plant.value)).then(() => 1, () => 0);
  }
  return accepted;
}

function headersFor(resource: Resource): Promise<Record<string, string>> {
  const { access } = resource;
  if (access.scope !== "member" || readsAll(resource)) {
    return Promise.resolve({ apikey: product.stack.keys.secretKey });
  }
  const [role = ""] = Object.keys(access.rows);
  return asMember(product.stack, { subject: "u1", org: "first", role });
}

/** The question about everything, without filters as far as they are optional. */
function pathOf(resource: Resource): string {
  const asked = Object.entries(sampleQuery(resource, sampleRow(resource, 1)));
  const { access } = resource;
  if (access.scope === "person") asked.push([access.param, "u1"]);
  return `/${fullName(resource)}?${new URLSearchParams(asked)}`;
}

/** Reads page by page, in JSON and in CSV; returns the number of rows. */
async function readPages(resource: Resource): Promise<number> {
  const headers = await headersFor(resource);
  const seen = new Set<string>();
  let count = 0;
  let next: string | null = "";
  for (let page = 0; next !== null && page < MOST_PAGES; page += 1) {
    const path: string = `${pathOf(resource)}${next === "" ? "" : `&${resource.cursor}=${encodeURIComponent(next)}`}`;
    const answers = [await product.get(path, headers), await product.get(`${path}&format=csv`, headers)];
    const [json = "", csv = ""] = await Promise.all(answers.map((answer) => answer.text()));
    for (const answer of answers) equal(answer.status, 200, `${path}: ${json.slice(0, 300)}`);
    const { data, meta } = JSON.parse(json);
    equal(parse(csv).length - 1, meta.row_count, `${path}: rows of the CSV`);
    if (Array.isArray(data)) { for (const row of data) seen.add(JSON.stringify(row)); }
    else seen.add(json);
    count += Array.isArray(data) ? data.length : 1;
    next = meta.next_cursor ?? null;
  }
  equal(seen.size, count, `${fullName(resource)} shows a row twice`);
  return count;
}

e2e("whatever rows hold, every resource answers every page in JSON and CSV, and health answers", async () => {
  await plantEverything(product.sql);
  ok(await plantTheWorst() > 100, "hardly anything was planted");
  await refreshAll(product.sql);
  const counts = new Map<string, number>();
  for (const resource of resources) counts.set(fullName(resource), await readPages(resource));
  const shown = [...counts.values()].filter((count) => count > 0).length;
  ok(shown > resources.length / 2, JSON.stringify([...counts]));
  const health = await product.get("/health");
  // 503 is an answer: the audit may not have run yet.
  ok([200, 503].includes(health.status), await health.text());
});
