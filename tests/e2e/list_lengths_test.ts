// No list is short in silence: what an operator gets of the sample, beside what the database has.
import { deepEqual, equal, ok } from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { fullName, type Resource } from "../../shared/resource/resource.ts";
import { resources } from "../../tools/resources.ts";
import { e2e } from "../support/rigs/e2e.ts";
import { type Product, startProduct } from "../support/rigs/product.ts";
import { sampleQuery, sampleRow } from "../support/fixtures/sample_values.ts";

let product: Product;

Deno.test.beforeAll(async () => {
  product = await startProduct({ samples: true, redis: false, variables: { FRESHET_RATE_LIMITS: "none" } });
});
Deno.test.afterAll(() => product.stop());

type Row = Readonly<Record<string, unknown>>;
interface Body {
  readonly data: readonly Row[];
  readonly meta: Readonly<Record<string, number | boolean>>;
}

async function ask(path: string): Promise<Body> {
  const response = await product.get(path, { apikey: product.stack.keys.secretKey });
  equal(response.status, 200, path);
  return await response.json();
}

async function count(statement: TemplateStringsArray): Promise<number> {
  const [row] = await product.sql(statement);
  return Number(row?.["count"]);
}

e2e("a year of all organisations is cut, says so, and has as many rows in all as the database", async () => {
  const { data, meta } = await ask("/training/activity-calendar?year=2014");
  const days = await count`
    select count(*) from analytics.mv_org_activity_day
    where active_on between '2014-01-01' and '2014-12-31' and started_count > 0`;
  ok(days > 1_000, "the sample has fewer days than fit");
  deepEqual([data.length, meta["is_truncated"], meta["total_count"]], [1_000, true, days]);

  const csv = await product.get("/training/activity-calendar?year=2014&format=csv", {
    apikey: product.stack.keys.secretKey,
  });
  deepEqual([csv.headers.get("freshet-truncated"), csv.headers.get("freshet-total-count")], ["?1", String(days)]);
  equal(parse(await csv.text()).length, 1_001);

  const org_id = String(data[0]?.["org_id"]);
  const one = await ask(`/training/activity-calendar?year=2014&org_id=${org_id}`);
  deepEqual([one.meta["is_truncated"], one.meta["total_count"]], [false, one.data.length]);
});

e2e("a trend of all organisations that is cut ends today, and lacks its oldest days", async () => {
  const { data, meta } = await ask("/training/attempt-trend?days=366");
  const organisations = await count`select count(*) from public.orgs`;
  deepEqual([data.length, meta["is_truncated"], meta["total_count"]], [1_000, true, 366 * organisations]);
  const today = new Date().toISOString().slice(0, 10);
  equal(data.filter(({ active_on }) => active_on === today).length, organisations);
  const days = data.map(({ active_on }) => String(active_on));
  deepEqual(days, [...days].sort(), "oldest first");
});

e2e("the lanes of an agent beyond twenty are counted, and come with a greater limit", async () => {
  const [busy] = await product.sql`
    select agent_id, count(*)::integer as count from analytics.mv_weakness_patterns
    where challenge_sample_count >= 5 group by agent_id order by count(*) desc, agent_id limit 1`;
  const path = `/arena/weakness-patterns?agent_id=${busy?.["agent_id"]}&category=all`;
  const { data, meta } = await ask(`${path}&limit=2`);
  deepEqual([data.length, meta["is_truncated"], meta["total_count"]], [2, true, busy?.["count"]]);
  equal((await ask(`${path}&limit=1000`)).data.length, busy?.["count"]);
});

/** The path of a resource with what it requires, and with a limit of one row where there is a choice. */
function shortest(resource: Resource): string {
  const limit = typeof resource.limit === "number" ? {} : { [resource.limit.param]: "1" };
  const { access } = resource;
  const person = access.scope === "person" ? { [access.param]: "u1" } : {};
  return `/${fullName(resource)}?${new URLSearchParams({
    ...sampleQuery(resource, sampleRow(resource, 1)),
    ...limit,
    ...person,
  })}`;
}

e2e("every resource that an operator reads says of its rows whether they are all", async () => {
  for (const resource of resources) {
    const { access } = resource;
    if (access.scope === "member" && !Object.values(access.rows).includes("org")) continue;
    const { data, meta } = await ask(shortest(resource));
    const what = `${fullName(resource)}: ${JSON.stringify(meta)}`;
    if (resource.cursor !== undefined) ok("next_cursor" in meta, what);
    else {
      equal(meta["is_truncated"], data.length < Number(meta["total_count"]), what);
      equal(meta["row_count"], data.length, what);
    }
  }
});
