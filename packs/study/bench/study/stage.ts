import { createHash } from "node:crypto";
import postgres from "postgres";
import { switchJobsOff } from "../../../../stack/jobs_off.ts";
import { makeTestDatabase } from "../../../../tools/test/test_database.ts";
import { BATCH_EVENTS, plantHistory, QUESTIONS, TOPICS, USERS } from "./history.ts";
import { LOOKUP, QUERIES } from "./queries.ts";

/** What a step cost. */
export interface Cost {
  /** Milliseconds until the client had the answer. */
  readonly wall: number;
  /** Milliseconds of the processor that the server's process used: other load on the machine is not in it. */
  readonly processor: number;
}

/** A database of its own with a history, and the steps to measure on it. */
export interface Stage {
  readonly events: number;
  /** The nightly batch that closes yesterday, over all users. */
  batch(): Promise<Cost>;
  /** One scan of the partition of yesterday's month. */
  scan(): Promise<Cost>;
  /** track_batch with 500 new events of one user. */
  track(): Promise<Cost>;
  /** The same 500 events inserted into a plain table. */
  plainInsert(): Promise<Cost>;
  /** One of the documented queries, by its place in QUERIES, for one user after the other. */
  read(query: number): Promise<Cost>;
  lookup(): Promise<Cost>;
  stop(): Promise<void>;
}

export async function makeStage(events: number): Promise<Stage> {
  const database = await makeTestDatabase("installed");
  const superuser = postgres(database.superuserUrl, { max: 1, onnotice: () => {} });
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  // Otherwise a job could run in the middle of a measurement.
  await switchJobsOff(superuser);
  await sql`set statement_timeout = 0`;
  await plantHistory(sql, events);
  await sql`create table public.plain_events (like public.study_events)`;
  await superuser`vacuum analyze`;

  const [backend] = await sql`select pg_backend_pid() as pid`;
  const timed = (step: () => PromiseLike<unknown>) => costOf(Number(backend?.["pid"]), step);
  let turn = 0;
  let asked = 0;
  const argumentsOf = () => {
    asked += 1;
    const [user, topic] = [asked % USERS, asked % TOPICS];
    return [`user ${user}`, `topic ${topic}`, `question ${topic} ${asked % QUESTIONS}`];
  };
  const ask = (query: string) => {
    const [user = "", topic = "", question = ""] = argumentsOf();
    const all = [user, md5(topic), md5(question)];
    // A statement takes the parameters that it names; each of its places becomes the next free number.
    const used = [...new Set(query.match(/\$[123]/g))].sort();
    const text = query.replaceAll(/\$[123]/g, (place) => `$${used.indexOf(place) + 1}`);
    const values = used.map((place) => all[Number(place.slice(1)) - 1] ?? "");
    return timed(async () => {
      // Planned each time, as the API's reads are: a plan that is kept by one side only would look like growth.
      const rows = await sql.unsafe(text, values);
      if (rows.length === 0) throw new Error(`nothing was read: ${query}`);
    });
  };

  return {
    events,
    async batch() {
      // Yesterday's events are marked again, as if they had just been folded.
      await sql`
        insert into freshet.days_to_aggregate
        select s.user_id, s.stat_date from analytics.daily_user_stats as s
        where s.stat_date = (now() at time zone 'UTC')::date - 1`;
      await sql`delete from analytics.study_batches`;
      const cost = await timed(() => sql`call analytics.run_study_batch('1 hour')`);
      const [batch] = await sql`select users_count, days_count, finished_at, error from analytics.study_batches`;
      if (batch?.["finished_at"] === null || Number(batch?.["days_count"]) === 0) {
        throw new Error(`the batch did not do its work: ${JSON.stringify(batch)}`);
      }
      return cost;
    },
    async scan() {
      const [partition] = await sql`
        select to_char((now() at time zone 'UTC')::date - 1, '"study_events_y"YYYY"m"MM') as name`;
      return await timed(() => sql`select count(*), max(created_at) from public.${sql(String(partition?.["name"]))}`);
    },
    async track() {
      turn += 1;
      const claims = JSON.stringify({ sub: `user ${turn % USERS}`, role: "authenticated" });
      await sql`select set_config('request.jwt.claims', ${claims}, false)`;
      const batch = await newEvents(sql, `${events} ${turn}`);
      return await timed(async () => {
        const [row] = await sql`select public.track_batch(${sql.json(batch)}) ->> 'accepted' as accepted`;
        if (Number(row?.["accepted"]) !== BATCH_EVENTS) throw new Error(`${row?.["accepted"]} events were accepted`);
      });
    },
    async plainInsert() {
      turn += 1;
      const batch = await newEvents(sql, `plain ${turn}`);
      return await timed(() =>
        sql`
          insert into public.plain_events (event_id, user_id, event_type, created_at, properties, received_at, clock_skew_seconds)
          select (e ->> 'event_id')::uuid, 'plain', e ->> 'event_type', (e ->> 'created_at')::timestamptz, '{}', now(), 0
          from jsonb_array_elements(${sql.json(batch)}::jsonb) as e`
      );
    },
    read: (query) => ask(QUERIES[query]?.sql ?? ""),
    lookup: () => ask(LOOKUP),
    async stop() {
      await Promise.all([sql.end({ timeout: 5 }), superuser.end({ timeout: 5 })]);
      await database.stop();
    },
  };
}

/** A client's batch: a session of answers, most of them, and of reading. */
async function newEvents(sql: postgres.Sql, batch: string): Promise<postgres.JSONValue[]> {
  const [row] = await sql`
    select jsonb_agg(jsonb_build_object(
      'event_id', md5(${batch} || n)::uuid, 'session_id', ${batch}::text,
      'created_at', to_char(now() at time zone 'UTC' - n * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    ) || case when n % 10 < 7
      then jsonb_build_object(
        'event_type', 'question_attempt', 'topic_id', md5('topic ' || n % 10)::uuid, 'question_id', md5('question ' || n % 10 || ' ' || n % 30)::uuid,
        'selected_answer', 'A', 'correct_answer', 'A', 'time_to_answer_seconds', n % 60)
      else jsonb_build_object('event_type', 'material_open', 'material_id', md5('material ' || n % 100)::uuid) end
    ) as events
    from generate_series(1, ${BATCH_EVENTS}::integer) as n`;
  return row?.["events"] as postgres.JSONValue[];
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

async function costOf(pid: number, step: () => PromiseLike<unknown>): Promise<Cost> {
  const used = processorTime(pid);
  const began = performance.now();
  await step();
  const wall = performance.now() - began;
  return { wall, processor: processorTime(pid) - used };
}

/** Of a process, in milliseconds, from the kernel's own account. */
function processorTime(pid: number): number {
  const [nanoseconds] = Deno.readTextFileSync(`/proc/${pid}/schedstat`).split(" ");
  return Number(nanoseconds) / 1e6;
}
