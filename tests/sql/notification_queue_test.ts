// A queue of notifications that fills up because one session listens and stays in a transaction. Only from PostgreSQL
// 17 on can the queue be made short enough for a test: tools/test/test_database.ts does so.
import { deepEqual, equal, rejects } from "node:assert/strict";
import postgres from "postgres";

const url = Deno.env.get("FRESHET_TEST_DATABASE_URL");
if (url === undefined) throw new Error("FRESHET_TEST_DATABASE_URL is not set: run these through `deno task test`");
const connect = () => postgres(url, { max: 1, onnotice: () => {} });

async function usage(sql: postgres.Sql): Promise<number> {
  const [row] = await sql`select pg_notification_queue_usage() as used`;
  return Number(row?.["used"]);
}

async function isShort(): Promise<boolean> {
  const sql = connect();
  try {
    const rows = await sql`select from pg_settings where name = 'max_notify_queue_pages' and setting::integer <= 64`;
    return rows.length === 1;
  } finally {
    await sql.end();
  }
}

Deno.test({
  name: "a queue of notifications that is half full silences the triggers, so that their commits do not fail",
  ignore: !await isShort(),
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const [writer, blocker, hearer] = [connect(), connect(), connect()];
    const heard: string[] = [];
    const [FULL, page] = [/too many notifications in the NOTIFY queue/, "x".repeat(7_900)];
    try {
      await writer.unsafe(`
        insert into analytics.event_channels (channel, pack) values ('queue_probe', 'probe');
        create table public.queue_probe (id integer);
        create function public.queue_probe() returns trigger language plpgsql security definer as $$
        begin
          if freshet.may_notify('queue_probe') then
            perform pg_notify('queue_probe', (select max(id) from public.queue_probe)::text);
          end if;
          return null;
        end $$;
        create trigger queue_probe after insert on public.queue_probe for each statement execute function public.queue_probe();
      `).simple();
      await hearer.listen("queue_probe", (payload) => void heard.push(payload));
      await writer`insert into public.queue_probe values (1)`;
      await blocker.unsafe("listen queue_probe");
      await blocker.unsafe("begin; select 1").simple();

      await rejects(async () => {
        for (let pages = 0; pages < 100; pages++) await writer`select pg_notify('filler', ${page + pages})`;
      }, FULL);
      await rejects(writer`select pg_notify('queue_probe', ${page})`, FULL, "a commit that notifies fails");
      await writer`insert into public.queue_probe values (2)`;
      await blocker.unsafe("commit");
      // The blocker reads what it has missed in a moment of its own.
      for (let tries = 0; tries < 100 && await usage(writer) >= 0.5; tries++) await writer`select pg_sleep(0.02)`;
      await writer`insert into public.queue_probe values (3)`;
      for (let tries = 0; tries < 100 && !heard.includes("3"); tries++) await hearer`select pg_sleep(0.02)`;
      deepEqual(heard, ["1", "3"]);
      const [row] = await writer`select count(*)::integer as rows from public.queue_probe`;
      equal(row?.["rows"], 3, "every row was written");
    } finally {
      await Promise.all([blocker, hearer].map((sql) => sql.end({ timeout: 0 })));
      await writer.unsafe(`
        drop table if exists public.queue_probe;
        drop function if exists public.queue_probe();
        delete from analytics.event_channels where channel = 'queue_probe'`).simple();
      await writer.end();
    }
  },
});
