// A refresh that finds its advisory lock taken is skipped, which is no failure. Any role that logs in may take it.
import assert from "node:assert/strict";
import postgres from "postgres";
import { examine } from "../../tools/doctor/examine.ts";
import { testDatabaseUrl, withConnections } from "../support/rigs/test_database.ts";
import { pause } from "../../stack/pause.ts";

const VIEW = "mv_agent_progress";

interface Scene {
  /** As the superuser. */
  readonly admin: postgres.Sql;
  /** As a role that has no right of its own. */
  readonly stranger: postgres.Sql;
  readonly owner: postgres.Sql;
}

async function withStranger(body: (scene: Scene) => Promise<void>): Promise<void> {
  const admin = postgres(testDatabaseUrl("superuser"), { max: 1, onnotice: () => {} });
  await admin`create role probe_stranger login password 'a'`;
  const url = new URL(testDatabaseUrl());
  url.username = "probe_stranger";
  url.password = "a";
  const stranger = postgres(url.href, { max: 1, onnotice: () => {} });
  const [before] = await admin`select statement_timeout::text as value from analytics.views where view_name = ${VIEW}`;
  await admin`update analytics.views set statement_timeout = '1 second' where view_name = ${VIEW}`;
  try {
    await withConnections(1, async ([owner]) => {
      assert.ok(owner !== undefined);
      await body({ admin, stranger, owner });
    });
  } finally {
    await stranger.end({ timeout: 5 });
    await admin`update analytics.views set statement_timeout = ${
      before?.["value"]
    }::interval where view_name = ${VIEW}`;
    await admin`delete from analytics.incidents where kind in ('lock_wait', 'net_open')`;
    await admin`delete from analytics.findings where kind in ('lock_wait', 'net_open')`;
    await admin`drop role probe_stranger`;
    await admin.end({ timeout: 5 });
  }
}

async function openLockWaits(owner: postgres.Sql): Promise<string[]> {
  await owner`select freshet.detect_lock_wait()`;
  const rows = await owner`
    select evidence ->> 'message' as message from analytics.incidents where kind = 'lock_wait' and closed_at is null`;
  return rows.map((row) => String(row["message"]));
}

Deno.test("an advisory lock that a stranger holds on a view's refreshes is told, also when its session keeps talking, until it ends", () =>
  withStranger(async ({ stranger, owner }) => {
    await stranger`select pg_advisory_lock_shared(hashtextextended('freshet.refresh:' || ${VIEW}, 0))`;
    const [refresh] = await owner`select outcome from analytics.refresh_view(${VIEW})`;
    assert.equal(refresh?.["outcome"], "skipped_busy");
    await pause(1_300);
    await stranger`select 'busy'`;
    const [message = "", ...more] = await openLockWaits(owner);
    assert.match(
      message,
      /^process \d+ of role "probe_stranger" has held the advisory lock of its refreshes for \d+ seconds: each is skipped as busy$/,
    );
    assert.deepEqual(more, []);

    await pause(1_100);
    const { findings } = await examine(testDatabaseUrl());
    const found = findings.find(({ kind, subject }) => kind === "lock_wait" && subject === VIEW);
    assert.match(found?.message ?? "", /of role "probe_stranger" has held the advisory lock/);
    assert.match(found?.repair_sql ?? "", /pg_terminate_backend\(\d+\)/);

    await stranger`select pg_advisory_unlock_all()`;
    assert.deepEqual(await openLockWaits(owner), []);
  }));

Deno.test("an exclusive lock on a source is told of each view that reads it", () =>
  withStranger(async ({ stranger, owner }) => {
    const [source] = await owner`
      select source::oid::integer as oid from analytics.view_sources where view_name = ${VIEW} order by 1 limit 1`;
    await stranger`select pg_advisory_lock(hashtextextended('freshet.source:' || ${String(source?.["oid"])}, 0))`;
    await pause(1_300);
    assert.match((await openLockWaits(owner)).join(), /role "probe_stranger"/);
  }));

Deno.test("a refresh that is younger than its limit, and one that has just ended, hold nothing too long", () =>
  withStranger(async ({ admin, owner }) => {
    await admin`update analytics.views set statement_timeout = '10 minutes' where view_name = ${VIEW}`;
    await admin.begin(async (refreshing) => {
      await refreshing`select pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || ${VIEW}, 0))`;
      assert.deepEqual(await openLockWaits(owner), []);
      await owner`update analytics.views set statement_timeout = '1 second' where view_name = ${VIEW}`;
      await pause(1_300);
      assert.match((await openLockWaits(owner)).join(), /of role "supabase_admin"/, "beyond its limit it does");
    });
    assert.deepEqual(await openLockWaits(owner), []);
  }));

Deno.test("a refresh of an incremental view that waits for its table is told with the process that holds it", () =>
  withStranger(async ({ admin, owner }) => {
    await admin.begin(async (holder) => {
      await holder`lock table analytics.mv_agent_progress in share mode`;
      const [holding] = await holder`select pg_backend_pid() as pid`;
      await owner`set lock_timeout = '10s'`;
      const refresh = owner`select analytics.refresh_view(${VIEW})`.then(() => "refreshed", String);
      let message = "";
      // A busy machine takes a while until the refresh has come as far as the lock.
      for (let looks = 0; looks < 7 && message === ""; looks += 1) {
        await pause(1_200);
        const { findings } = await examine(testDatabaseUrl(), { stuck_after: 3_600, lock_wait_after: 1 });
        message = findings.find(({ kind, subject }) =>
          kind === "lock_wait" && subject === `analytics.${VIEW}`
        )?.message ??
          "";
      }
      assert.match(message, new RegExp(`has been waiting for \\d+ s behind process ${holding?.["pid"]}`));
      assert.match(await refresh, /lock timeout/);
    });
  }));

Deno.test("a trigger that is committed while a call waits for the queue is seen, and does not run", () =>
  withStranger(async ({ admin, stranger, owner }) => {
    await owner`begin`;
    try {
      await stranger`begin`;
      await stranger.unsafe(`
        create function pg_temp.steal() returns trigger language plpgsql as
          $$ begin raise exception 'the trigger ran as %', current_user; end $$;
        create trigger steal before insert on net.http_request_queue for each row execute function pg_temp.steal()`);
      const call = owner`select analytics.invoke_function('cron-audit')`.then(() => "queued", (error) => String(error));
      await untilQueueIsAwaited(admin);
      await stranger`commit`;
      assert.match(await call, /a foreign trigger stands on net.http_request_queue/);
    } finally {
      await owner`rollback`;
      await admin`drop trigger if exists steal on net.http_request_queue`;
    }
  }));

async function untilQueueIsAwaited(admin: postgres.Sql): Promise<void> {
  for (let patience = 0; patience < 250; patience += 1) {
    const waiting = await admin`
      select from pg_locks where not granted and relation = 'net.http_request_queue'::regclass`;
    if (waiting.length > 0) return;
    await pause(20);
  }
  throw new Error("no call waits for the queue");
}
