// Functions that answer over the data API have no scrubber: they tell fixed forms only. Held to the corpus of the scrubber.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { CONTEXTS, PLANTED, VALUE_CONTEXTS } from "../support/fixtures/planted_secrets.ts";
import { withConnections } from "../support/rigs/test_database.ts";

const messages = PLANTED.flatMap(({ kind, text, hidden }) =>
  Object.entries({ ...CONTEXTS, ...VALUE_CONTEXTS }).map(([context, around]) => ({
    what: `${kind} (${context})`,
    text: around(text),
    hidden,
  }))
);

async function undone(body: (sql: postgres.TransactionSql) => Promise<void>): Promise<void> {
  const done = new Error("done");
  await withConnections(1, async ([sql]) => {
    if (sql === undefined) throw new Error("no connection");
    await sql.begin(async (transaction) => {
      await body(transaction);
      throw done;
    }).catch((thrown) => {
      if (thrown !== done) throw thrown;
    });
  });
}

Deno.test(`get_cron_job_status() tells nothing of ${messages.length} messages with planted secrets`, () =>
  undone(async (sql) => {
    const told = await sql`
      select m.place::integer as place, freshet.told_run_message(s.status, m.message) as message
      from unnest(${messages.map(({ text }) => text)}::text[]) with ordinality as m (message, place)
      cross join unnest(array['failed', 'succeeded', 'running', null]) as s (status)`;
    assert.equal(told.length, messages.length * 4);
    const through = told.flatMap(({ place, message }) => {
      const one = messages[place - 1];
      return one?.hidden.some((secret) => message.includes(secret)) ? [`${one.what}: ${message}`] : [];
    });
    const [job] = await sql`select cron.schedule('probe-told', '0 0 1 1 *', 'select 1') as jobid`;
    for (const { what, text, hidden } of messages.filter((_, at) => at % 100 === 0)) {
      await sql`delete from cron.job_run_details where jobid = ${job?.["jobid"]}`;
      await sql`
        insert into cron.job_run_details (runid, jobid, command, status, return_message, start_time, end_time)
        select (select coalesce(max(runid), 0) + 1 from cron.job_run_details), ${
        job?.["jobid"]
      }, 'select 1', 'failed', ${text}, now(), now()`;
      const [row] = await sql`select * from analytics.get_cron_job_status() where jobname = 'probe-told'`;
      assert.match(row?.["last_message"], /^failed/);
      if (hidden.some((secret) => JSON.stringify(row).includes(secret))) {
        through.push(`${what}: ${row?.["last_message"]}`);
      }
    }
    assert.deepEqual(through, []);
  }));

Deno.test("get_cron_job_status() tells no name and no command that holds a planted secret", () =>
  undone(async (sql) => {
    for (const { kind, text, hidden } of PLANTED) {
      const command = `select f('${text.replaceAll("'", "''")}')`;
      const [job] = await sql`select cron.schedule(${`probe ${text}`}, '0 0 1 1 *', ${command}) as jobid`;
      const jobid = String(job?.["jobid"]);
      const found = await sql`select * from analytics.get_cron_job_status() where jobid = ${jobid}`;
      assert.equal(found.length, 1, kind);
      // Its number is no secret, and may be made of the same digits as one.
      const rows = JSON.stringify(found).replaceAll(jobid, "N");
      // Words of a name that only its quotes tell from others are a job's name like any.
      if (kind.startsWith("name")) continue;
      for (const secret of hidden) {
        assert.ok(!rows.includes(JSON.stringify(secret).slice(1, -1)), `${kind}: ${rows.slice(0, 500)}`);
      }
      await sql`select cron.unschedule(${`probe ${text}`})`;
    }
  }));

Deno.test("get_cron_job_status() tells what an operator looks for: names, own commands, counts, SQLSTATEs, pg_cron's words", () =>
  undone(async (sql) => {
    const rows = await sql`
      select jobname, command from analytics.get_cron_job_status()
      where jobid in (select jobid from cron.job where jobname ~ '^(refresh|analytics)-')`;
    assert.ok(rows.length > 10);
    for (const { jobname, command } of rows) {
      assert.doesNotMatch(jobname, /^jobid:/);
      assert.match(command ?? "", /(?:analytics|freshet)\./, jobname);
    }
    const told = async (status: string, message: string | null) =>
      (await sql`select freshet.told_run_message(${status}, ${message}) as told`)[0]?.["told"];
    for (const kept of ["1 row", "12 rows", "SELECT 1", "REFRESH MATERIALIZED VIEW", "INSERT 0 5"]) {
      assert.equal(await told("succeeded", `${kept}\n`), kept);
    }
    for (const kept of ["job startup timeout", "connection failed", "server restarted"]) {
      assert.equal(await told("failed", kept), kept);
    }
    assert.equal(await told("running", null), null);
    assert.equal(
      await told(
        "failed",
        'ERROR:  refresh of analytics.mv_x failed [42P01]: relation "analytics.gone" does not exist\n',
      ),
      "failed [42P01]; /ops/runs shows what the database said, without data",
    );
  }));

Deno.test("refreshes by hand tell the SQLSTATE of a failure and where its message is kept, and never the message", () =>
  undone(async (sql) => {
    await sql.unsafe(`
      create function public.probe_raise() returns integer language plpgsql as $$
      begin raise exception using message = current_setting('probe.planted'), detail = 'Eve Planted', hint = 'hunter2'; end $$;
      create materialized view analytics.probe_told as select public.probe_raise() as a with no data;
      create unique index on analytics.probe_told (a);
      select analytics.register_view('probe_told', 'training', '0 0 1 1 *', '1 day');
    `).simple();
    const calls = {
      manual: "select * from analytics.manual_refresh('probe_told')",
      all: "select * from analytics.refresh_all_views() where view_name = 'probe_told'",
      reporting: "select * from public.refresh_reporting_views() where view_name = 'probe_told'",
    };
    for (const [name, call] of Object.entries(calls)) {
      for (const { text, kind, hidden } of name === "manual" ? PLANTED : PLANTED.slice(0, 2)) {
        await sql`select set_config('probe.planted', ${text}, true)`;
        await sql`delete from analytics.refresh_log where view_name = 'probe_told'`;
        const [row] = await sql.unsafe(call);
        assert.equal(row?.["outcome"], "failed", name);
        assert.match(
          row?.["message"],
          /^failed \[P0001\]; what the database said is kept in analytics\.refresh_log, id \d+$/,
        );
        const id = /\d+$/.exec(row?.["message"])?.[0] ?? "";
        // A number of three digits may be in the id, or in a time.
        const words = Object.values(row ?? {}).filter((value) => typeof value === "string").join("\n").replace(id, "");
        for (const secret of hidden) assert.ok(!words.includes(secret), `${kind} by ${name}`);
        const [kept] = await sql`select message from analytics.refresh_log where id = ${id}`;
        assert.ok(kept?.["message"].includes(text), "the ledger keeps it");
      }
    }
  }));

Deno.test("an admin who asks what became of a refresh in the queue is told no message either, and the secret key all of it", () =>
  undone(async (sql) => {
    const [request] = await sql`select analytics.request_refresh('mv_agent_progress') as asked`;
    const id = request?.["asked"].id;
    await sql`
      update analytics.refresh_request_views set outcome = 'failed', finished_at = now(), sqlstate = 'P0001', refresh_id = 1, message = 'for eve@example.org'
      where request_id = ${id}`;
    const read = async (claims: string) => {
      await sql`select set_config('request.jwt.claims', ${claims}, true)`;
      return (await sql`select analytics.refresh_request(${id}) as answer`)[0]?.["answer"].views[0].message;
    };
    assert.equal(await read(""), "for eve@example.org");
    assert.match(
      await read('{"sub": "00000000-0000-0000-0000-0000000000ad", "role": "authenticated", "is_admin": true}'),
      /^failed \[P0001\]; what the database said is kept in analytics\.refresh_log, id 1$/,
    );
  }));
