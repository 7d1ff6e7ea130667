// The whole stack, without samples, on PostgreSQL from npm: there the scheduler and the HTTP queue are in the stack's own process.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { descendantsOf } from "../../stack/descendants.ts";
import { pause } from "../../stack/pause.ts";
import { removeCluster } from "../../stack/postgres/mod.ts";
import { type Stack, startStack } from "../../stack/stack.ts";
import { curlLines } from "../../stack/welcome.ts";

const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

let stack: Stack;
let workFolder: string;
const troubles: string[] = [];

Deno.test.beforeAll(async () => {
  workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  stack = await startStack({
    projectFolder,
    workFolder,
    port: 0,
    flavour: "embedded",
    durable: false,
    onTrouble: (message) => troubles.push(message),
  });
});
Deno.test.afterAll(async () => {
  await stack.stop();
  await removeCluster(workFolder);
  await Deno.remove(workFolder, { recursive: true });
});

function running(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

async function withDatabase<T>(work: (sql: postgres.Sql) => PromiseLike<T>): Promise<T> {
  const sql = postgres(stack.databaseUrl, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function fetched(url: string, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(5000) });
  await response.body?.cancel();
  equal(response.status, 200, url);
}

/** What the product does by each of its parts. */
const answers: Record<string, () => Promise<void>> = {
  "a function": () => fetched(`${stack.origin}/functions/v1/analytics/catalog`, { apikey: stack.keys.publishableKey }),
  // Through function, data API and database; a fresh parameter each time passes by every cache.
  "a view": () =>
    fetched(
      `${stack.origin}/functions/v1/analytics/arena/lane-distributions?challenge_id=${crypto.randomUUID()}`,
      { apikey: stack.keys.publishableKey },
    ),
  "the data API": () => fetched(`${stack.origin}/rest/v1/challenges?select=id`, { apikey: stack.keys.secretKey }),
  "a sign-up, whose token the hook completes": async () => {
    const client = createClient(stack.origin, stack.keys.publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false },
    });
    const { data, error } = await client.auth.signUp({
      email: `${crypto.randomUUID()}@example.org`,
      password: "correct horse battery staple",
    });
    equal(error, null);
    ok(data.session?.access_token);
  },
  "the HTTP queue": async () => {
    const [sent] = await withDatabase((sql) =>
      sql`select net.http_get(${`${stack.origin}/functions/v1/analytics/catalog`}) as id`
    );
    await eventually(() =>
      withDatabase(async (sql) => {
        const [row] = await sql`select status_code from net._http_response where id = ${sent?.id}`;
        ok(row?.status_code !== undefined && row.status_code !== null, "no response yet");
      }), 10);
  },
  "the scheduler": async () => {
    const [before] = await withDatabase((sql) => sql`select clock_timestamp() as at`);
    await eventually(() =>
      withDatabase(async (sql) => {
        const [row] = await sql`
          select from cron.job_run_details as d join cron.job as j using (jobid)
          where j.jobname = 'each-second' and d.status = 'succeeded' and d.start_time > ${before?.at}`;
        ok(row !== undefined, "no run yet");
      }), 10);
  },
  "the shared cache": async () => {
    if (stack.redis === null) throw new Error("redis-server is not installed");
    await fetched(`${stack.redis.url}/ping`, { authorization: `Bearer ${stack.redis.token}` });
  },
  "Spotlight": () => fetched(`${stack.sentry.where}/health`),
};

const parts: Record<string, RegExp> = {
  "a function": /deno serve .*analytics/,
  "PostgreSQL": /\bpostgres -D /,
  "the data API": /@supabase\/lite/,
  "Redis": /redis-server/,
  "Spotlight": /sidecar\.ts/,
};

running("without samples each line that start prints answers as it says", async () => {
  const lines = await curlLines(stack);
  ok(lines.length >= 3);
  for (const line of lines) {
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", line.replace("curl -s", `curl -s -w '\\n%{http_code}'`)],
    }).output();
    const [, body = "", status] = /^([^]*)\n(\d{3})$/.exec(new TextDecoder().decode(stdout)) ?? [];
    equal(status, "200", line);
    if (line.includes("/catalog")) match(body, /lane-distributions[^]*challenge_id/, line);
    else if (line.includes("/openapi.json")) equal(JSON.parse(body).openapi.slice(0, 3), "3.1", line);
    else deepEqual(JSON.parse(body), { status: "ok" }, line);
  }
});

running("before anything is killed, every part answers", async () => {
  await withDatabase((sql) => sql`select cron.schedule('each-second', '1 second', 'select 1')`);
  await everythingAnswers(20);
});

for (const [part, command] of Object.entries(parts)) {
  running(`when ${part} is killed, everything answers again by itself`, async () => {
    const victims = (await descendantsOf(Deno.pid)).filter((child) => command.test(child.command));
    equal(victims.length, 1, `${part}: ${victims.map((one) => one.command).join("\n")}`);
    const [victim] = victims;
    if (victim === undefined) return;
    Deno.kill(victim.pid, "SIGKILL");
    await eventually(async () => {
      const again = (await descendantsOf(Deno.pid)).filter((child) => command.test(child.command));
      ok(again.some(({ pid }) => pid !== victim.pid), `${part} is not back`);
    }, 20);
    await everythingAnswers(20);
    deepEqual(troubles, []);
  });
}

running("a run that the killed server lost is closed as pg_cron closes it", async () => {
  await withDatabase((sql) => sql`select cron.schedule('long', '1 second', 'select pg_sleep(600)')`);
  const statusOf = () =>
    withDatabase(async (sql) => {
      const [row] = await sql`
        select d.status, d.return_message from cron.job_run_details as d join cron.job as j using (jobid)
        where j.jobname = 'long' order by d.runid limit 1`;
      return row;
    });
  await eventually(async () => equal((await statusOf())?.status, "running"), 10);
  await withDatabase((sql) => sql`select cron.unschedule('long')`.catch(() => {}));
  await withDatabase((sql) => sql`select cron.schedule('long', '0 0 1 1 *', 'select 1')`);
  const server = (await descendantsOf(Deno.pid)).find(({ command }) => /\bpostgres -D /.test(command));
  Deno.kill(Number(server?.pid), "SIGKILL");
  await pause(500);
  await eventually(() =>
    withDatabase(async (sql) => {
      const rows =
        await sql`select from cron.job_run_details where status in ('starting', 'running') and command like '%pg_sleep%'`;
      const closed = await sql`select from cron.job_run_details where status = 'failed' and command like '%pg_sleep%'`;
      deepEqual([rows.length, closed.length], [0, 1]);
    }), 20);
});

running("no file of the work folder that holds a key, a token or a password can be read by others", async () => {
  const { password } = new URL(stack.databaseUrl);
  const secrets = [
    ...Object.values(stack.keys),
    ...Object.values(stack.tokens),
    password,
    stack.redis?.redis.password ?? password,
  ]
    .filter((secret) => secret !== stack.keys.publishableKey);
  let seen = 0;
  const open: string[] = [];
  for await (const path of filesOf(workFolder)) {
    const text = await Deno.readFile(path).then((bytes) => new TextDecoder("latin1").decode(bytes), () => "");
    if (!secrets.some((secret) => text.includes(secret))) continue;
    seen += 1;
    if (((await Deno.stat(path)).mode ?? 0) & 0o077) open.push(path);
  }
  deepEqual(open, []);
  ok(seen >= 4, `only ${seen} files hold a secret: keys.json, config.toml, redis.conf and database_password do`);
  equal(((await Deno.stat(workFolder)).mode ?? 0) & 0o007, 0);
});

running("no process of the stack shows a key or a password in its command line", async () => {
  const commands = (await descendantsOf(Deno.pid)).map(({ command }) => command).join("\n");
  match(commands, /postgres -D/);
  for (const secret of [...Object.values(stack.keys), new URL(stack.databaseUrl).password]) {
    equal(commands.includes(secret), false);
  }
});

running("every log of the work folder is its owner's alone", async () => {
  const logs: string[] = [];
  for await (const path of filesOf(workFolder)) if (path.endsWith(".log")) logs.push(path);
  ok(logs.length >= 6, logs.join(", "));
  for (const log of logs) equal(((await Deno.stat(log)).mode ?? 0) & 0o777, 0o600, log);
});

async function everythingAnswers(seconds: number): Promise<void> {
  for (const [what, answer] of Object.entries(answers)) {
    await eventually(answer, seconds).catch((error) => {
      throw new Error(`${what}: ${error.message}`, { cause: error });
    });
  }
}

async function* filesOf(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesOf(join(folder, name));
    else if (isFile) yield join(folder, name);
  }
}

async function eventually(attempt: () => Promise<void>, seconds: number): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(100);
    }
  }
}
