import { deepEqual, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { installNpmParts } from "../../stack/npm_parts.ts";
import { pause } from "../../stack/pause.ts";
import { removeCluster, startPostgres } from "../../stack/postgres/mod.ts";
import { listProcesses } from "../../stack/process_table.ts";
import { adviseDatabase, generateTypes, lintDatabase, pushMigrations } from "../../stack/supabase_cli.ts";

Deno.test("The Supabase CLI works on a private cluster, as the role postgres", async (t) => {
  await installNpmParts(() => {});
  const folder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  const part = await startPostgres({ workFolder: folder, durable: false });
  const target = { projectFolder: folder, databaseUrl: part.url };
  const migrations = join(folder, "supabase", "migrations");
  await Deno.mkdir(migrations, { recursive: true });
  await Deno.writeTextFile(join(folder, "supabase", "config.toml"), 'project_id = "test"\n');
  await Deno.writeTextFile(
    join(migrations, "20260101000000_one.sql"),
    "create table public.seen (id integer primary key); alter table public.seen enable row level security;" +
      "create policy none on public.seen using (false);",
  );
  try {
    await t.step("pushMigrations() applies what is new, once, and names it", async () => {
      deepEqual(await pushMigrations(target), ["20260101000000_one.sql"]);
      deepEqual(await pushMigrations(target), []);
    });
    await t.step("pushMigrations() tries again what was in a deadlock with another session", async () => {
      const sql = postgres(part.superuserUrl, { max: 1, onnotice: () => {} });
      try {
        await sql`create table public.held ()`;
        await sql`alter table public.held enable row level security`;
        await sql`alter table public.held owner to postgres`;
        await sql`set deadlock_timeout = '1min'`;
        await sql`begin`;
        await sql`lock table public.held`;
        await Deno.writeTextFile(
          join(migrations, "20260101000001_two.sql"),
          "alter table public.seen add column note text; alter table public.held add column note text;",
        );
        const pushing = pushMigrations(target);
        const waits = async () =>
          (await sql`select from pg_locks where relation = 'public.held'::regclass and not granted`).length > 0;
        while (!await waits()) await pause(20);
        await sql`lock table public.seen in share mode`;
        await sql`commit`;
        deepEqual(await pushing, ["20260101000001_two.sql"]);
      } finally {
        await sql.end();
      }
    });
    await t.step(
      "the password is in no command line while the CLI runs: all users of the machine can read those",
      async () => {
        const { password } = new URL(part.url);
        let isOver = false;
        const pushing = pushMigrations(target).finally(() => isOver = true);
        const seen = new Set<string>();
        while (!isOver) {
          for (const { command } of await listProcesses()) seen.add(command);
          await pause(10);
        }
        await pushing;
        const commands = [...seen].filter((command) => command.includes(folder) && command.includes("supabase"));
        ok(commands.some((command) => command.includes("db push")), "the CLI was not seen");
        deepEqual(commands.filter((command) => command.includes(password)), []);
      },
    );
    await t.step("adviseDatabase() and lintDatabase() find nothing where nothing is wrong", async () => {
      deepEqual(await adviseDatabase(target), []);
      deepEqual(await lintDatabase(target), []);
    });
    await t.step("adviseDatabase() and lintDatabase() find what is wrong", async () => {
      const sql = postgres(part.url, { max: 1 });
      await sql`create table public.bare (id integer primary key)`;
      await sql`create function public.broken() returns integer language plpgsql set search_path = '' as 'begin return nope; end'`;
      await sql.end();
      const advice = await adviseDatabase(target);
      deepEqual(advice.map((finding) => [finding.level, finding.subject]), [["error", "rls_disabled_in_public"]]);
      const [lint] = await lintDatabase(target);
      deepEqual([lint?.level, lint?.subject], ["error", "public.broken"]);
      match(lint?.message ?? "", /"nope" does not exist/);
    });
    await t.step("generateTypes() writes the tables of the schema", async () => {
      match(await generateTypes(target, ["public"]), /"seen"/);
    });
    await t.step("pushMigrations() says which statement failed, and the remedy", async () => {
      await Deno.writeTextFile(join(migrations, "20260101000002_three.sql"), "select 1; select nope.nothing();");
      await rejects(pushMigrations(target), /schema "nope" does not exist[\s\S]*select nope\.nothing\(\)[\s\S]*→ mend/);
    });
  } finally {
    await part.stop();
    await removeCluster(folder);
    await Deno.remove(folder, { recursive: true });
  }
});
