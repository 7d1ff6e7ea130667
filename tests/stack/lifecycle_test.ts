import { deepEqual, equal, match, ok } from "node:assert/strict";
import { withConnection } from "../../stack/one_connection.ts";
import { descendantsOf } from "../../stack/descendants.ts";
import { pause } from "../../stack/pause.ts";
import { commandLineOf } from "../../stack/process_table.ts";
import { DEMO_TOKENS } from "../../stack/tokens.ts";

const main = new URL("../../stack/main.ts", import.meta.url).pathname;

Deno.test("The stack from another terminal's view", async (t) => {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });

  function command(...args: string[]): Deno.Command {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", main, ...args],
      env: {
        FRESHET_WORK_FOLDER: workFolder,
        NO_COLOR: "1",
        FRESHET_DATABASE_URL: "",
        // Another project's, as a shell may have it: a start that read it would end at once.
        DATABASE_URL: "postgresql://shop:secret@127.0.0.1:1/shop",
        SENTRY_DSN: "",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }
  async function run(...args: string[]): Promise<{ code: number; said: string }> {
    const { code, stdout, stderr } = await command(...args).output();
    return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  }
  async function status() {
    return JSON.parse((await run("status", "--json")).said);
  }

  async function untilRunning() {
    for (let attempt = 0; attempt < 60 && !isEnded && (await status()).state !== "running"; attempt++) {
      await pause(2_000); // each look is a process, which would take from the start what it waits for
    }
  }
  const pidsOf = (processes: { pid: number }[]) => processes.map(({ pid }) => pid).sort();
  const spotlightOf = (state: { parts: { name: string; detail: string }[] }) =>
    state.parts.find(({ name }) => name === "sentry")?.detail;

  const stack = command("start", "--port", "0", "--no-samples").spawn();
  const output = stack.output();
  let isEnded = false;
  output.then(() => isEnded = true);
  let first: Awaited<ReturnType<typeof status>>;
  try {
    await t.step("status --json says starting, then running, as one object", async () => {
      await untilRunning();
      if (isEnded) throw new Error(`it did not start: ${new TextDecoder().decode((await output).stderr)}`);
      const state = first = await status();
      deepEqual(Object.keys(state), [
        "state",
        "origin",
        "database_url",
        "mailbox_url",
        "publishable_key",
        "secret_key",
        "cron_key",
        "tokens",
        "clerk_url",
        "troubles",
        "left_over",
        "parts",
      ]);
      equal(state.state, "running");
      match(state.origin, /^http:\/\/127\.0\.0\.1:\d+$/);
      deepEqual(Object.keys(state.tokens), [...DEMO_TOKENS]);
      ok(state.parts.some((part: { name: string }) => part.name === "pg_cron"));
      const health = await fetch(`${state.origin}/functions/v1/analytics/health`, {
        headers: { apikey: state.publishable_key },
      });
      await health.body?.cancel();
      ok(health.status === 200 || health.status === 503, `health answered ${health.status}`);
    });
    await t.step("a second start is refused, and says which process has it", async () => {
      const { code, said } = await run("start");
      equal(code, 1);
      match(said, new RegExp(`runs already \\(process ${stack.pid}, http[\\s\\S]*→ deno task stop`));
    });
    await t.step("a start with migrations as they were applied says nothing of them", async () => {
      deepEqual(first.troubles, []);
      // As good as an edit of the file: the database has applied another text. The next start names it, below.
      await withConnection(first.database_url, (sql) =>
        sql`
          update supabase_migrations.schema_migrations set statements = array_append(statements, 'select 1')
          where version = (select min(version) from supabase_migrations.schema_migrations)`);
    });
    await t.step("stop ends the stack and everything that it started", async () => {
      const family = await descendantsOf(stack.pid);
      ok(family.length >= 4, `only ${family.length} processes`);
      match((await run("stop")).said, /Stopped; the data are kept/);
      equal((await output).code, 0);
      for (const { pid, command } of family) ok((await commandLineOf(pid)) !== command, `still there: ${command}`);
      equal((await status()).state, "stopped");
    });
    await t.step("after a kill of the stack, status names what still runs, and stop ends it", async () => {
      isEnded = false;
      const again = command("start", "--port", "0", "--no-samples").spawn();
      const ended = again.output();
      await untilRunning();
      const before = await status();
      deepEqual([before.database_url, spotlightOf(before)], [first.database_url, spotlightOf(first)]);
      match(
        before.troubles.join("\n"),
        /^\d+_core__\w+\.sql was changed after this database applied it.*deno task reset/,
      );
      // A part that is started again has another number, and belongs to what is left all the same.
      const redis = (await descendantsOf(again.pid)).find((one) => one.command.includes("redis-server"));
      Deno.kill(Number(redis?.pid), "SIGKILL");
      await pause(4000);
      const family = await descendantsOf(again.pid);
      again.kill("SIGKILL");
      await ended;
      const { left_over, state } = await status();
      equal(state, "stopped");
      // Some end by themselves once their parent is gone.
      const alive = [];
      for (const one of family) if ((await commandLineOf(one.pid)) === one.command) alive.push(one);
      deepEqual(pidsOf(left_over), pidsOf(alive));
      ok(alive.length >= 5, `only ${alive.length} processes`);
      const { said } = await run("status");
      match(
        said,
        new RegExp(
          `was killed, and ${alive.length} of its processes still run:[^]*postgres -D[^]*deno task stop ends them`,
        ),
      );
      match((await run("stop")).said, new RegExp(`ended the ${alive.length} processes`));
      for (const one of family) ok((await commandLineOf(one.pid)) !== one.command, `still there: ${one.command}`);
      deepEqual((await status()).left_over, []);
    });
    await t.step("reset deletes the database and the keys", async () => {
      match((await run("reset")).said, /Deleted/);
      equal(await Deno.stat(workFolder).then(() => "there", () => "gone"), "gone");
    });
  } finally {
    await run("reset");
    await output;
  }
});

Deno.test("start names the port that is in use, and the remedy, before it starts anything", async () => {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", main, "start", "--port", String(listener.addr.port)],
      env: { FRESHET_WORK_FOLDER: workFolder, NO_COLOR: "1" },
    }).output();
    equal(code, 1);
    match(
      new TextDecoder().decode(stderr),
      new RegExp(`port ${listener.addr.port} on 127\\.0\\.0\\.1 is in use[\\s\\S]*--port ${listener.addr.port + 1}`),
    );
    deepEqual([...Deno.readDirSync(workFolder)], []);
  } finally {
    listener.close();
    await Deno.remove(workFolder, { recursive: true });
  }
});
