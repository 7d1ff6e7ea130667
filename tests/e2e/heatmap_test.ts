// The question bank's heatmap through the origin: pages, pivot, spellings, and everybody who may not.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { fullName } from "../../shared/resource/resource.ts";
import { resources } from "../../tools/resources.ts";
import { e2e } from "../support/rigs/e2e.ts";
import { plantHeatmap } from "../support/fixtures/heatmap.ts";
import { sampleQuery, sampleRow } from "../support/fixtures/sample_values.ts";
import { asUser, type Product, startProduct } from "../support/rigs/product.ts";
import { pause } from "../../stack/pause.ts";

let product: Product;

Deno.test.beforeAll(async () => {
  product = await startProduct();
  await plantHeatmap(product.sql);
});
Deno.test.afterAll(() => product.stop());

interface HeatmapRow {
  readonly question_id: string;
  readonly question_text: string | null;
  readonly week_start: string;
  readonly lesion: string;
  readonly topic: string;
  readonly attempts: number;
}

function asAdmin(): Record<string, string> {
  return asUser(product.stack, product.stack.tokens.admin);
}

interface Body<Data> {
  readonly data: Data;
  readonly meta: { readonly version: number; readonly row_count: number; readonly next_cursor: string | null };
}

interface Matrix {
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly lesion: string;
    readonly topic: string;
    readonly cells: readonly Readonly<Record<"at" | "question_count" | "attempts" | "correct_attempts", number>>[];
  }[];
}

async function json<Data = HeatmapRow[]>(path: string): Promise<Body<Data>> {
  const response = await product.get(path, asAdmin());
  const body = await response.json();
  equal(response.status, 200, JSON.stringify(body));
  return body;
}

async function allPages(filters = ""): Promise<HeatmapRow[]> {
  const rows: HeatmapRow[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? "" : `&cursor=${cursor}`;
    const { data, meta } = await json(`/qbank/heatmap?limit=37${filters}${from}`);
    ok(data.length === 37 || meta.next_cursor === null);
    rows.push(...data);
    cursor = meta.next_cursor;
  } while (cursor !== null);
  return rows;
}

e2e(
  "the pages of the heatmap hold each row of at least five answers once, as the runbook's function has them",
  async () => {
    const { stack } = product;
    const client = createClient(stack.origin, stack.keys.publishableKey, {
      global: { headers: { authorization: `Bearer ${stack.tokens.admin}` } },
      auth: { persistSession: false, autoRefreshToken: false },
    });
    const { data, error } = await client.rpc("analytics_heatmap_admin");
    equal(error, null);
    equal(data.length, 480);
    const guarded = data.filter((row: HeatmapRow) => row.attempts >= 5);
    const rows = await allPages();
    deepEqual(
      rows.map((row) => `${row.week_start} ${row.question_id} ${row.attempts}`),
      guarded.map((row: HeatmapRow) => `${row.week_start} ${row.question_id} ${row.attempts}`),
    );
    // The page adds what a question asks; the runbook's function has the columns of its document.
    deepEqual(Object.keys(rows[0] ?? {}).filter((name) => name !== "question_text"), Object.keys(data[0]));
  },
);

e2e("a refresh between two pages skips no row that was there and repeats none", async () => {
  const before = await allPages();
  const { data: first, meta } = await json("/qbank/heatmap?limit=30");
  // Rows appear before and behind the place, and the last row of the page disappears.
  const last = first.at(-1);
  ok(last !== undefined);
  await product.sql.begin(async (sql) => {
    await sql`insert into public.questions (id, lesion) values ('00000000-0000-4000-8000-000000000000', 'new')`;
    await sql`
      insert into public.responses (question_id, is_correct, answered_at)
      select '00000000-0000-4000-8000-000000000000', true, '2025-11-17 00:00+00'::timestamptz + n * interval '1 day'
      from generate_series(0, 83) as n`;
    await sql`
      delete from public.responses
      where question_id = ${last.question_id} and date_trunc('week', answered_at at time zone 'UTC') = ${last.week_start}::date`;
  });
  await product.sql`select analytics.refresh_view('analytics_heatmap_agg')`;
  await pause(3_000);
  const { data: rest, meta: after } = await json(`/qbank/heatmap?limit=999&cursor=${meta.next_cursor}`);
  // That of the view, and of the questions, to which one statement has written.
  equal(after.version, meta.version + 2);
  const name = (row: HeatmapRow) => `${row.week_start} ${row.question_id}`;
  const isOld = (row: HeatmapRow) => row.lesion !== "new";
  deepEqual([...first, ...rest].filter(isOld).map(name), before.map(name));
});

e2e("a list over very long tags is read to its end, a row a page", async () => {
  const { sql } = product;
  // As the tables are, one letter may become eighteen in the one spelling of a tag; without their limit, 10 kB.
  await sql`alter table public.questions drop constraint questions_lesion_check`;
  const ids = [1, 2, 3].map((number) => `00000000-0000-4000-8000-00000000990${number}`);
  const tags = ["\uFDFA".repeat(100), "tetralogy of fallot ".repeat(500), "x".repeat(10_000)];
  for (const [at, id] of ids.entries()) {
    await sql`insert into public.questions (id, lesion, topic) values (${id}, ${tags[at] ?? ""}, ${"𝒳".repeat(100)})`;
    await sql`
      insert into public.responses (question_id, is_correct, answered_at)
      select ${id}::uuid, true, '2026-06-01 00:00+00'::timestamptz + n * interval '1 hour' from generate_series(1, 6) as n`;
  }
  await sql`select analytics.refresh_view('analytics_heatmap_agg'), analytics.refresh_view('mv_lesion_topic_weeks')`;
  await pause(3_000);
  for (
    const path of [
      "/qbank/heatmap?limit=1&week_from=2026-06-01",
      "/qbank/heatmap/matrix?limit=1&week_from=2026-06-01&format=csv",
    ]
  ) {
    let next: string | null = path.slice(path.indexOf("?"));
    let pages = 0;
    const lengths: number[] = [];
    for (; next !== null && pages < 10; pages += 1) {
      const response: Response = await product.get(`${path.slice(0, path.indexOf("?"))}${next}`, asAdmin());
      equal(response.status, 200, await response.clone().text());
      lengths.push((await response.text()).length);
      next = /^<(\?.+)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1] ?? null;
    }
    equal(pages, 3, path);
    ok(Math.max(...lengths) > 10_000);
  }
  await sql`delete from public.questions where id = any (${ids})`;
  await sql`select analytics.refresh_view('analytics_heatmap_agg'), analytics.refresh_view('mv_lesion_topic_weeks')`;
  await pause(3_000);
});

e2e("the lists of lesions and topics hold each spelling once, and what the heatmap is filtered by", async () => {
  const lesions = await json<{ lesion: string; questions_count: number }[]>("/qbank/lesions");
  deepEqual(lesions.data.filter(({ lesion }) => lesion !== "new").map((row) => [row.lesion, row.questions_count]), [
    ["tetralogy of fallot", 20],
    ["vsd", 20],
  ]);
  const { data } = await json<{ topic: string; questions_count: number; lesions_count: number }[]>("/qbank/topics");
  const topics = data.filter(({ topic }) => topic !== "untagged");
  deepEqual(topics.map((row) => [row.topic, row.questions_count, row.lesions_count]), [
    ["Topic 0", 13, 2],
    ["Topic 1", 14, 2],
    ["Topic 2", 13, 2],
  ]);
});

e2e(
  "an admin reads what a question asks, a new wording within three seconds, and no one else reads it anywhere",
  async () => {
    const { stack, sql } = product;
    const { data: [before] } = await json("/qbank/heatmap?limit=1&lesion=vsd");
    match(before?.question_text ?? "", /^canary-stem \d+$/);
    await sql`update public.questions set stem = stem || ' again'`;
    await pause(3_000);
    const { data: [after] } = await json("/qbank/heatmap?limit=1&lesion=vsd");
    equal(after?.question_text, `${before?.question_text} again`);
    const callers = [
      ...Object.entries(stack.tokens).filter(([name]) => name !== "admin").map(([, token]) => asUser(stack, token)),
      { apikey: stack.keys.publishableKey },
      { apikey: stack.keys.cronKey },
    ];
    ok(callers.length >= 6);
    for (const resource of resources) {
      const path = `/${fullName(resource)}?${new URLSearchParams(sampleQuery(resource, sampleRow(resource, 1)))}`;
      await Promise.all(callers.map(async (headers) => {
        ok(!(await (await product.get(path, headers)).text()).includes("canary-stem"), path);
      }));
    }
  },
);

e2e("filters take any day of a week and any spelling of a lesion", async () => {
  const rows = await allPages("&week_from=2026-01-01&week_to=2026-01-06&lesion=TETRALOGY_of+%20fallot");
  deepEqual([...new Set(rows.map((row) => `${row.week_start} ${row.lesion}`))], [
    "2025-12-29 tetralogy of fallot",
    "2026-01-05 tetralogy of fallot",
  ]);
  const { data } = await json("/qbank/heatmap?topic=Topic%201&week_from=2026-02-03");
  ok(data.length > 0 && data.every((row) => row.topic === "Topic 1"));
});

e2e("the matrix is the same answers, pivoted and sparse, and as CSV a line for each cell", async () => {
  const { data, meta } = await json<Matrix>("/qbank/heatmap/matrix?week_from=2025-12-01&lesion=vsd");
  deepEqual(data.columns.slice(0, 2), ["2025-12-01", "2025-12-08"]);
  deepEqual(data.rows.map((row) => `${row.lesion} ${row.topic}`), [
    "vsd Topic 0",
    "vsd Topic 1",
    "vsd Topic 2",
  ]);
  const [expected] = await product.sql`
    select count(distinct q.id)::integer as questions, count(*)::integer as attempts, count(*) filter (where r.is_correct)::integer as correct
    from public.responses as r join public.questions as q on q.id = r.question_id
    where q.topic = 'Topic 0' and btrim(lower(q.lesion)) = 'vsd' and r.answered_at >= '2025-12-08' and r.answered_at < '2025-12-15'`;
  const cell = data.rows[0]?.cells.find(({ at }) => at === 1);
  deepEqual([cell?.question_count, cell?.attempts, cell?.correct_attempts], [
    expected?.["questions"],
    expected?.["attempts"],
    expected?.["correct"],
  ]);
  const csv = await product.get("/qbank/heatmap/matrix?week_from=2025-12-01&lesion=vsd&format=csv", asAdmin());
  match(csv.headers.get("content-disposition") ?? "", /filename="heatmap-matrix\.csv"/);
  equal((await csv.text()).trimEnd().split("\r\n").length, 1 + meta.row_count);
});

e2e("a page names the next one in Link too, also as CSV", async () => {
  const response = await product.get("/qbank/heatmap?limit=5&format=csv&lesion=vsd", asAdmin());
  await response.body?.cancel();
  const [, next = ""] = /^<(\?.+)>; rel="next"$/.exec(response.headers.get("link") ?? "") ?? [];
  const second = await product.get(`/qbank/heatmap${next}`, asAdmin());
  equal(second.status, 200);
  equal((await second.text()).trimEnd().split("\r\n").length, 6);
});

e2e("nobody but an admin and the secret key reads the heatmap, with a cold cache or a warm one", async () => {
  const { stack } = product;
  const lists = ["/qbank/lesions", "/qbank/topics"];
  for (const path of ["/qbank/heatmap?limit=7", "/qbank/heatmap/matrix?limit=7", ...lists]) {
    for (const _round of ["cold", "warm"]) {
      equal(await statusOf(path, { apikey: stack.keys.secretKey }), 200);
      equal(await statusOf(path, asAdmin()), 200);
      equal(await statusOf(path, asUser(stack, stack.tokens.member)), 403);
      equal(await statusOf(path, { apikey: stack.keys.publishableKey }), 403);
      equal(await statusOf(path, { apikey: stack.keys.cronKey }), 403);
      equal(await statusOf(path, {}), 401);
    }
  }
});

async function statusOf(path: string, headers: Record<string, string>): Promise<number> {
  const response = await product.get(path, headers);
  await response.body?.cancel();
  return response.status;
}

e2e("the runbook's functions refuse everybody else, and say why", async () => {
  const { stack } = product;
  const clientOf = (token?: string) =>
    createClient(stack.origin, stack.keys.publishableKey, {
      ...(token === undefined ? {} : { global: { headers: { authorization: `Bearer ${token}` } } }),
      auth: { persistSession: false, autoRefreshToken: false },
    });
  for (const name of ["analytics_heatmap_admin", "analytics_refresh_heatmap"]) {
    const member = await clientOf(stack.tokens.member).rpc(name);
    deepEqual([member.error?.code, member.error?.message], ["42501", "permission denied: admins only"]);
    equal((await clientOf().rpc(name)).error?.code, "42501");
  }
  const admin = await clientOf(stack.tokens.admin).rpc("analytics_refresh_heatmap");
  ok(admin.error === null || admin.status === 429, JSON.stringify(admin.error));
  const view = clientOf(stack.tokens.admin).schema("analytics").from("analytics_heatmap_agg").select("*");
  equal((await view).error?.code, "42501");
});
