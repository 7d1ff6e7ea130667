// deno task listen as a process, on a server that is restarted, over connections that are cut without a word, with a
// second one beside it. The jobs of the queue are off, so that what is refreshed was refreshed by a listener.
import { equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { pause } from "../../stack/pause.ts";
import { drain } from "../../tools/listen/drain.ts";
import { type CronCluster, startCronCluster } from "../support/rigs/cron_cluster.ts";
import { startTcpProxy, type TcpProxy } from "../support/rigs/tcp_proxy.ts";

const SOURCE = "mv_heard_totals";
const READER = "mv_heard_best";

let cluster: CronCluster;
let proxy: TcpProxy;

Deno.test.beforeAll(async () => {
  cluster = await startCronCluster();
  proxy = await startTcpProxy(cluster.url());
  await cluster.owner().unsafe(`
    select cron.alter_job(jobid, active => false) from cron.job where jobname like 'analytics-refresh-queue-%';
    create table public.heard_amounts (id bigint generated always as identity, account integer not null, amount integer not null);
    create materialized view analytics.${SOURCE} as
      select account, count(*) as amount_count, sum(amount) as total from public.heard_amounts group by account with no data;
    create unique index ${SOURCE}_key on analytics.${SOURCE} (account);
    create materialized view analytics.${READER} as
      select t.account, t.amount_count from analytics.${SOURCE} as t
      where exists (select from public.heard_amounts as a where a.account = t.account) with no data;
    create unique index ${READER}_key on analytics.${READER} (account);
    select analytics.register_view('${SOURCE}', 'probe', '0 0 1 1 *', '1 hour', refresh_on_change => '1 second');
    select analytics.register_view('${READER}', 'probe', '0 0 1 1 *', '1 hour', refresh_on_change => '1 second');
    select analytics.refresh_view('${READER}');
    insert into analytics.event_channels (channel, pack) values ('amount_heard', 'probe');
  `).simple();
});
Deno.test.afterAll(async () => {
  proxy.stop();
  await cluster.stop();
});

interface Listening {
  readonly process: Deno.ChildProcess;
  lines(): string;
  /** Waits for a line, from the last one found on. */
  says(what: RegExp, seconds?: number): Promise<void>;
  end(signal: Deno.Signal): Promise<Deno.CommandStatus>;
}

function startListener(url: string): Listening {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "tools/listen.ts", "--heartbeat", "2"],
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env: { FRESHET_DATABASE_URL: url },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  let read_until = 0;
  const reading = process.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (chunk) => void (text += chunk) }),
  );
  return {
    process,
    lines: () => text,
    async says(what, seconds = 30) {
      const patience = Date.now() + seconds * 1_000;
      for (;;) {
        const found = what.exec(text.slice(read_until));
        if (found !== null) {
          read_until += found.index + found[0].length;
          return;
        }
        if (Date.now() > patience) throw new Error(`It did not say ${what} within ${seconds} s, but:\n${text}`);
        await pause(50);
      }
    },
    async end(signal) {
      process.kill(signal);
      const status = await process.status;
      await reading;
      return status;
    },
  };
}

async function write(amount_count: number, { notifies = true } = {}): Promise<void> {
  const sql = cluster.owner();
  for (let each = 0; each < amount_count; each++) {
    await sql.begin(async (transaction) => {
      await transaction`insert into public.heard_amounts (account, amount) values (${each % 7}, ${each})`;
      if (notifies) await transaction`select pg_notify('amount_heard', '{}')`;
    });
  }
}

/** @returns seconds until both views hold what their table holds */
async function untilFresh(patience_seconds = 60): Promise<number> {
  const began_at = Date.now();
  for (;;) {
    const [row] = await cluster.owner().unsafe(`
      select (select count(*) from public.heard_amounts) = all (array[
        (select coalesce(sum(amount_count), 0) from analytics.${SOURCE}), (select coalesce(sum(amount_count), 0) from analytics.${READER})
      ]) as is_fresh`);
    const seconds = (Date.now() - began_at) / 1_000;
    if (row?.["is_fresh"] === true) return seconds;
    if (seconds > patience_seconds) throw new Error(`The views were not fresh within ${patience_seconds} s`);
    await pause(200);
  }
}

async function refreshesOf(view: string): Promise<number> {
  const [row] = await cluster.owner()`
    select count(*)::integer as refreshes from analytics.refresh_log where view_name = ${view} and outcome = 'refreshed'`;
  return Number(row?.["refreshes"]);
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

let first: Listening;

test("a burst of a thousand notifications is one refresh of each view, the source before its reader, soon after it has settled", async () => {
  first = startListener(proxy.url);
  await first.says(/listening on amount_heard/);
  const before = [await refreshesOf(SOURCE), await refreshesOf(READER)];
  const began_at = Date.now();
  await write(1_000);
  // A burst that does not end is refreshed every five seconds: a slow machine takes longer for a thousand transactions.
  const most = 2 + Math.floor((Date.now() - began_at) / 5_000);
  const seconds = await untilFresh();
  const [ofSource, ofReader] = [await refreshesOf(SOURCE), await refreshesOf(READER)];
  ok(
    ofSource - Number(before[0]) <= most && ofReader - Number(before[1]) <= most,
    `${ofSource} and ${ofReader} refreshes, ${before} before, ${most} at most`,
  );
  ok(seconds >= 3 || most > 2, `it has waited for the burst to settle: ${seconds} s`);
});

test("its heartbeat is in the database", async () => {
  const [row] = await cluster
    .owner()`select clock_timestamp() - last_heard_at < interval '10 seconds' as is_heard from analytics.listeners`;
  equal(row?.["is_heard"], true);
});

test("a second one stands by, and when the first is killed it goes on with what was missed", async () => {
  const second = startListener(proxy.url);
  await second.says(/another process listens; standing by/);
  equal((await first.end("SIGKILL")).success, false);
  // No process listens meanwhile.
  await write(5);
  await second.says(/listening on amount_heard/);
  await untilFresh();
  first = second;
});

test("a connection that was cut without a word is noticed, its session ended, and nothing is missed", async () => {
  const before = await cluster.owner()`select pid from pg_stat_activity where application_name = 'freshet listener'`;
  ok(proxy.swallow() >= 2, "the sessions of the listener go through the proxy");
  await write(5);
  await first.says(/disconnected: no answer within 2 s/);
  await first.says(/listening on amount_heard/);
  await untilFresh();
  const after = await cluster.owner()`
    select pid from pg_locks where locktype = 'advisory' and granted
      and (classid::bigint << 32) | objid::bigint = freshet.listener_lock_key()`;
  equal(after.length, 1);
  ok(!before.some((row) => row["pid"] === after[0]?.["pid"]), "the lock has gone over to a session that is alive");
});

test("a server that restarts is listened to again, and nothing is missed", async () => {
  await cluster.restart();
  proxy.pointAt(cluster.url());
  await write(5, { notifies: false });
  // Without a line of its own where the driver has connected again before a question failed.
  await untilFresh();
  const [row] = await cluster.owner()`
    select count(*)::integer as holders from pg_locks as l join pg_stat_activity as a using (pid)
    where l.locktype = 'advisory' and l.granted and a.application_name = 'freshet listener'
      and (l.classid::bigint << 32) | l.objid::bigint = freshet.listener_lock_key()`;
  equal(row?.["holders"], 1);
});

test("a session that is ended by an operator is replaced, and what was written meanwhile is refreshed", async () => {
  await cluster
    .owner()`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'freshet listener'`;
  await write(5, { notifies: false });
  await untilFresh();
});

test("it stops cleanly, and leaves its lock", async () => {
  const status = await first.end("SIGTERM");
  equal(status.code, 0);
  match(first.lines(), /stopped\n$/);
  // The server notices the closed connection after the process has ended.
  for (let tries = 0; tries < 100; tries++) {
    const [row] = await cluster.owner()`select pg_try_advisory_lock(freshet.listener_lock_key()) as is_free`;
    if (row?.["is_free"] === true) return;
    await pause(50);
  }
  throw new Error("the lock is still held five seconds after the process has ended");
});

test("a refresh whose connection is cut without a word is given up after the time limit of its view", async () => {
  await cluster.owner().unsafe(`
    create materialized view analytics.mv_heard_slowly as select 1 as id from pg_sleep(1) with no data;
    create unique index mv_heard_slowly_key on analytics.mv_heard_slowly (id);
    select analytics.register_view('mv_heard_slowly', 'probe', '0 0 1 1 *', '1 hour', statement_timeout => '2 seconds');
    select freshet.request_refresh('mv_heard_slowly', null, 'change');
  `).simple();
  const never = new AbortController().signal;
  const ended = drain(proxy.url, never, never).then(() => "ended", (error: Error) => error.message);
  await pause(700);
  ok(proxy.swallow() >= 1, "the refresh goes through the proxy");
  equal(await Promise.race([ended, pause(20_000).then(() => "still waiting")]), "no answer within 12 s");
});
