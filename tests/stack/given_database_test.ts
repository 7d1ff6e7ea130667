// The database of another project is never written to: DATABASE_URL is not read, and one that was given by mistake is refused.
import { deepEqual, doesNotMatch, equal, match, rejects } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { startDataApi } from "../../stack/data_api/mod.ts";
import { npmFolder } from "../../stack/npm_parts.ts";
import { startPostgres } from "../../stack/postgres/mod.ts";
import { pushMigrations } from "../../stack/supabase_cli.ts";
import { type ForeignDatabase, startForeignDatabase } from "../support/rigs/foreign_database.ts";

const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

let server: ForeignDatabase;

Deno.test.beforeAll(async () => {
  server = await startForeignDatabase();
});
Deno.test.afterAll(() => server.stop());

/** A new database of the same server, with what the statements make in it. */
async function databaseWith(name: string, statements: string): Promise<string> {
  await server.sql.unsafe(`create database ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  await query(url.href, statements);
  return url.href;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return (await sql.unsafe(text)).map((row: Record<string, unknown>) => ({ ...row }));
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function join(databaseUrl: string): Promise<void> {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  try {
    const part = await startPostgres({ workFolder, databaseUrl });
    await part.stop();
  } finally {
    await Deno.remove(workFolder, { recursive: true });
  }
}

/** Whatever a start would leave. */
const everything = `
  select 'schema ' || nspname || coalesce(nspacl::text, '') as name from pg_namespace
  union all select 'relation ' || oid::regclass || coalesce(relacl::text, '') from pg_class
  union all select 'function ' || oid::regprocedure from pg_proc
  union all select 'extension ' || extname from pg_extension
  union all select 'role ' || rolname || rolsuper || rolcanlogin from pg_roles
  union all select 'default ' || defaclacl::text from pg_default_acl
  union all select 'setting ' || setconfig::text from pg_db_role_setting
  order by 1`;

const others: Record<string, { statements: string; named: RegExp }> = {
  "a table in public": { statements: "create table public.invoices (id int)", named: /table public\.invoices/ },
  "a table in another schema": {
    statements: "create schema billing; create table billing.lines (id serial)",
    named: /table billing\.lines/,
  },
  "a view": { statements: "create view public.today as select current_date", named: /view public\.today/ },
  "a materialized view": {
    statements: "create materialized view public.sums as select 1 as one",
    named: /materialized view public\.sums/,
  },
  "a function": {
    statements: "create function public.f() returns int language sql as 'select 1'",
    named: /function public\.f/,
  },
  "a type": { statements: "create type public.mood as enum ('good')", named: /type public\.mood/ },
  "an empty schema": { statements: "create schema warehouse", named: /schema warehouse/ },
  "a table with a name of ours that no migration of ours made": {
    statements: "create table public.submissions (id int)",
    named: /table public\.submissions/,
  },
  "the migrations of another project": {
    statements: "create schema supabase_migrations; " +
      "create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text); " +
      "insert into supabase_migrations.schema_migrations values ('20200101000000', null, 'shop')",
    named: /migration 20200101000000/,
  },
};

Object.entries(others).forEach(([what, { statements, named }], index) => {
  Deno.test(`a database with ${what} is refused before anything is written to it`, async () => {
    const url = await databaseWith(`other_${index}`, statements);
    const before = await query(url, everything);
    await rejects(join(url), (error: Error) => {
      match(error.message, named);
      match(error.message, /Nothing was written to it\n.*→ .*empty database.*--db-url/s);
      doesNotMatch(error.message, new RegExp(new URL(url).password));
      return true;
    });
    deepEqual(await query(url, everything), before);
  });
});

Deno.test("a server whose roles have our names is refused, and they stay as they are: roles belong to all of its databases", async () => {
  const url = await databaseWith("beside_others", "select 1");
  await server.sql.unsafe(
    "create role authenticated login bypassrls; alter role authenticated set statement_timeout = '1h'; create role anon",
  );
  const before = await query(url, everything);
  await rejects(join(url), (error: Error) => {
    match(
      error.message,
      /has roles of its own.*: anon, authenticated\. .*Nothing was written to it\n.*→ .*no such role/s,
    );
    return true;
  });
  deepEqual(await query(url, everything), before);
  await server.sql.unsafe("drop role authenticated, anon");
});

Deno.test("an empty database is accepted, also after a start that ended early, and one that an earlier start filled", async () => {
  // As it may be: an extension of the user's own is no table.
  const url = await databaseWith("ours", "create extension if not exists pg_trgm");
  await join(url);
  await join(url);
  await pushMigrations({ projectFolder, databaseUrl: url });
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  const keys = {
    jwtSecret: "jw7-Kq2!vT9_zLp4@Xs8mNd3#Rb6yHc1",
    publishableKey: "sb_publishable_x",
    secretKey: "sb_secret_x",
  };
  const dataApi = await startDataApi({ databaseUrl: url, npmFolder, workFolder, ...keys });
  await dataApi.stop();
  await Deno.remove(workFolder, { recursive: true });
  await join(url);
  await query(url, "create table public.scratch (id int)");
  await rejects(join(url), /made table public\.scratch\. Nothing/);
});

/** Runs a command in a shell where DATABASE_URL belongs to another project. */
async function typed(args: string[], env: Record<string, string>): Promise<{ code: number; said: string }> {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", ...args],
      cwd: projectFolder,
      env: { FRESHET_WORK_FOLDER: workFolder, FRESHET_DATABASE_URL: "", NO_COLOR: "1", ...env },
    }).output();
    return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(workFolder, { recursive: true });
  }
}

Deno.test("doctor and import:oulad do not read DATABASE_URL, and take FRESHET_DATABASE_URL or --db-url", async () => {
  const url = await databaseWith("other_commands", "create table public.invoices (id int)");
  const imports = ["stack/import_oulad.ts", "samples/oulad"];
  const doctor = await typed(["tools/doctor.ts"], { DATABASE_URL: url });
  deepEqual([doctor.code, /no database to examine/.test(doctor.said)], [4, true], doctor.said);
  match(
    (await typed(["tools/doctor.ts"], { FRESHET_DATABASE_URL: url })).said,
    /at 127\.0\.0\.1:\d+ \(FRESHET_DATABASE_URL\)/,
  );
  match(
    (await typed(["tools/doctor.ts", "--db-url", url], { FRESHET_DATABASE_URL: "postgres://x@127.0.0.1:1/x" })).said,
    /\(--db-url\)/,
  );
  match((await typed(imports, { DATABASE_URL: url })).said, /There is no database to import into/);
  for (const [args, env] of [[imports, { FRESHET_DATABASE_URL: url }], [[...imports, "--db-url", url], {}]] as const) {
    const { code, said } = await typed([...args], { ...env });
    equal(code, 1);
    match(said, /^✗ The database at .* has no migration of the pack arena(?: and of the pack \w+)+, /);
  }
});

Deno.test("import:oulad leaves tables alone that have our names and are another project's", async () => {
  const columns = "id text primary key, name text";
  const url = await databaseWith(
    "look_alike",
    `create table public.users (${columns}); create table public.orgs (${columns})`,
  );
  const { said } = await typed(["stack/import_oulad.ts", "samples/oulad", `--db-url=${url}`], {});
  match(said, /are another project's\. Nothing was written\n/);
  deepEqual(await query(url, "select count(*)::int as rows from public.users"), [{ rows: 0 }]);
});

Deno.test("a start tells a database that does not exist from a server that is not there", async () => {
  const url = new URL(server.url);
  url.pathname = "/nowhere_to_be_found";
  await rejects(join(url.href), /nowhere_to_be_found.*cannot be used: .*\n {2}→ correct the address/);
});
