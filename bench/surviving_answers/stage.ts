import postgres from "postgres";
import type { Caller } from "../../shared/access/caller.ts";
import { deriveScope } from "../../shared/access/scope.ts";
import { sha256 } from "../../shared/adapters/runtime/sha256.ts";
import { createSupabaseSource } from "../../shared/adapters/supabase/source.ts";
import type { CacheEvent } from "../../shared/cache/event.ts";
import type { Entry } from "../../shared/read/entry.ts";
import { createQuestion } from "../../shared/read/question.ts";
import { createReader } from "../../shared/read/reader.ts";
import { readResource } from "../../shared/read/read_resource.ts";
import { renderJson } from "../../shared/read/renderer.ts";
import { column, defineResource } from "../../shared/resource/resource.ts";
import { directRpc } from "../../tests/support/rigs/direct_rpc.ts";
import { makeTestDatabase } from "../../tools/test/test_database.ts";

/** One answer for each organisation, and what it holds. */
export interface Asked {
  /** Answered from memory: the answer that was kept before the write. */
  readonly is_kept: boolean;
  readonly rows: string;
}

/** A database with an incremental view of a number of organisations, and one isolate over it. */
export interface Stage {
  readonly organisations: readonly string[];
  /** Changes a row of each of these organisations, and refreshes. */
  write(organisations: readonly string[]): Promise<void>;
  /** Asks for each organisation as one of its members, once the isolate knows of every refresh. */
  askAll(): Promise<Asked[]>;
  /** What the database holds of each organisation, in the same form. */
  rowsOfAll(): Promise<string[]>;
  /** How many bytes the states of all views take, and how many of them the buckets of this one. */
  pointer(): Promise<{ readonly bytes: number; readonly bucket_bytes: number }>;
  useBuckets(count: number): Promise<void>;
  stop(): Promise<void>;
}

const DAYS = 3;
const organisationDays = defineResource({
  pack: "bench",
  name: "organisation-days",
  view: "mv_bench_days",
  summary: "Days of an organisation",
  params: {},
  filters: [],
  columns: { org_id: column.id(), day: column.count(), minutes: column.count() },
  access: { scope: "org", column: "org_id", relation: null },
  order: [{ column: "day", direction: "asc" }],
  limit: 100,
  shown: "as_ordered",
  minimum_sample: null,
  max_age_seconds: 86_400,
  formats: ["json"],
});

export async function makeStage(count: number): Promise<Stage> {
  const database = await makeTestDatabase("installed");
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const organisations = Array.from({ length: count }, (_, index) => uuidOf(`organisation ${index}`));
  await sql.unsafe(`
    create table public.bench_visits (org_id uuid not null, day integer not null, minutes integer not null);
    create index on public.bench_visits (org_id, day);
    insert into public.bench_visits
      select o.id::uuid, d.day, 1 from unnest(array['${
    organisations.join("','")
  }']) as o (id) cross join generate_series(1, ${DAYS}) as d (day);
    create materialized view analytics.mv_bench_days as
      select v.org_id, v.day, sum(v.minutes)::integer as minutes from public.bench_visits as v group by v.org_id, v.day with no data;
    create unique index mv_bench_days_key on analytics.mv_bench_days (org_id, day);
    select analytics.register_view('mv_bench_days', 'bench', '0 0 1 1 *', '1 day', incremental => true);
    select analytics.refresh_view('mv_bench_days');
  `).simple();

  let now = Date.now();
  const memory = new Map<string, Entry>();
  const reader = createReader({
    clock: { now: () => now, monotonic: () => performance.now(), sleep: () => Promise.resolve() },
    hash: sha256,
    memory: {
      get: (stem) => memory.get(stem),
      set: (stem, entry) => void memory.set(stem, entry),
      size: () => ({ entry_count: memory.size, byte_count: 0, most_bytes: 0 }),
    },
    shared: null,
    source: createSupabaseSource(directRpc(sql)),
    renderers: { json: renderJson, csv: () => "" },
    waitUntil: () => {},
    deployment: "bench",
  });
  const checked = { resource: organisationDays, params: {}, format: "json", place: null, max_age: null } as const;
  const question = createQuestion(checked, sha256);

  async function ask(org_id: string): Promise<Asked> {
    const caller: Caller = { kind: "user", subject: "member", is_admin: false, org_id, org_role: null };
    const events: CacheEvent["type"][] = [];
    const answer = await readResource(reader, {
      question,
      scope: deriveScope(organisationDays, caller, sha256),
      if_none_match: null,
      emit: ({ type }) => void events.push(type),
    });
    if (answer.kind !== "entry") throw new Error("an answer without rows");
    return { is_kept: events.includes("memory_hit"), rows: JSON.stringify(JSON.parse(answer.entry.body).data) };
  }

  return {
    organisations,
    async write(changed) {
      await sql`update public.bench_visits set minutes = minutes + 1 where day = 1 and org_id = any(${changed as string[]})`;
      await sql`select analytics.refresh_view('mv_bench_days')`;
    },
    async askAll() {
      now += 3_001;
      const asked = [];
      for (const org_id of organisations) asked.push(await ask(org_id));
      return asked;
    },
    async rowsOfAll() {
      const rows = await sql`
        select jsonb_agg(jsonb_build_object('org_id', d.org_id, 'day', d.day, 'minutes', d.minutes) order by d.day) as rows, d.org_id
        from (select v.org_id, v.day, sum(v.minutes) as minutes from public.bench_visits as v group by v.org_id, v.day) as d
        group by d.org_id`;
      const held = new Map(rows.map((row) => [String(row["org_id"]), row["rows"] as Record<string, unknown>[]]));
      return organisations.map((org_id) =>
        JSON.stringify(
          held.get(org_id)?.map(({ org_id, day, minutes }) => ({ org_id, day, minutes })),
        )
      );
    },
    async pointer() {
      const [row] = await sql`select analytics.view_states() as states`;
      const states = row?.["states"] as Record<string, { readonly buckets?: unknown }>;
      return {
        bytes: JSON.stringify(states).length,
        bucket_bytes: JSON.stringify({ buckets: states["mv_bench_days"]?.buckets }).length,
      };
    },
    async useBuckets(buckets) {
      await sql`select analytics.use_buckets('mv_bench_days', bucket_count => ${buckets})`;
      memory.clear();
    },
    async stop() {
      await sql.end();
      await database.stop();
    },
  };
}

/** The same uuid in every run, so that the buckets are the same. */
function uuidOf(text: string): string {
  const digits = sha256(text);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${
    digits.slice(20, 32)
  }`;
}
