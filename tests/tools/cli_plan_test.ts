// What npx freshet plans for a project's files: what is in its way, in which order migrations come, and what is never overwritten.
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { parse } from "smol-toml";
import type { Area, Manifest } from "../../cli/manifest.ts";
import type { Package } from "../../cli/package_files.ts";
import { type Plan, planFiles, versionsAfter } from "../../cli/plan.ts";
import type { Project } from "../../cli/project.ts";
import { hashOf, type Profile, readRecord, RECORD_PATH } from "../../cli/record.ts";
import { choose } from "../../cli/selection.ts";

const NOW = new Date("2026-11-30T12:00:00Z");

function area(more: Partial<Area> = {}): Area {
  return {
    functions: {},
    relations: [],
    types: [],
    policies: [],
    roles: [],
    jobs: { names: [], statements: [] },
    ...more,
  };
}

const MANIFEST: Manifest = {
  version: "0.2.0",
  migrations: [
    { area: "core", name: "core__baseline" },
    { area: "identity", name: "identity__baseline" },
    { area: "audit", name: "audit__baseline" },
    { area: "orders", name: "orders__baseline" },
    { area: "core", name: "core__later" },
  ],
  areas: {
    core: area(),
    audit: area(),
    identity: area({ functions: { "public.custom_access_token_hook": ["1"] }, relations: ["public.user_roles"] }),
    orders: area({ relations: ["public.orders", "analytics.mv_orders"] }),
  },
  packs: {
    orders: {
      after: [],
      files: ["resources/days.ts"],
      resources: [{ name: "orders/days", file: "resources/days.ts", constant: "days" }],
      functions: [{ name: "order-mail", imports: ["zod", "freshet/shared/kernel/app_error.js"] }],
    },
  },
  imports: { zod: "npm:zod@4.6.7" },
};

const source: Package = {
  manifest: MANIFEST,
  migration: (name) => Promise.resolve(`select '${name}';\n`),
  packFile: (_pack, file) => Promise.resolve(`// ${file}\n`),
};

/** A project of these files, by path. */
function projectOf(files: Readonly<Record<string, string>>): Project {
  const text = files["supabase/config.toml"] ?? 'project_id = "theirs"\n';
  const paths = Object.keys(files);
  const record = files[RECORD_PATH];
  return {
    folder: "/nowhere",
    config: { text, parsed: parse(text) },
    migrations: paths.filter((path) => path.startsWith("supabase/migrations/")).sort().map((path) => {
      const [, version = "", name = ""] = /(\d+)_(.*)\.sql$/.exec(path) ?? [];
      return { path, version, name, text: files[path] ?? "" };
    }),
    functions: paths.flatMap((path) => /^supabase\/functions\/([\w-]+)\//.exec(path)?.[1] ?? []),
    record: record === undefined ? null : readRecord(record),
    read: (path) => Promise.resolve(files[path] ?? null),
  };
}

interface Asked {
  readonly profile?: Profile;
  readonly with?: readonly string[];
  readonly refresh?: boolean;
}

async function plan(files: Readonly<Record<string, string>>, asked: Asked = {}): Promise<Plan> {
  const selection = choose(MANIFEST, asked.profile ?? "core", asked.with ?? []);
  return await planFiles({ project: projectOf(files), source, selection, now: NOW, refresh: asked.refresh ?? false });
}

/** The project's files after a plan. */
function after(files: Readonly<Record<string, string>>, { files: planned }: Plan): Record<string, string> {
  return { ...files, ...Object.fromEntries(planned.map(({ path, text }) => [path, text ?? ""])) };
}

function pathsOf({ files }: Plan): string[] {
  return files.map(({ path }) => path);
}

Deno.test("migrations keep their names and their order, behind the project's last one and before the next minute's", async () => {
  const planned = await plan({ "supabase/migrations/20261130115958_theirs.sql": "" });
  deepEqual(pathsOf(planned).filter((path) => path.includes("/migrations/")), [
    "supabase/migrations/20261130115959_freshet__found_before.sql",
    "supabase/migrations/20261130120000_core__baseline.sql",
    "supabase/migrations/20261130120001_audit__baseline.sql",
    "supabase/migrations/20261130120002_core__later.sql",
  ]);
  equal(versionsAfter("20250101000000", NOW, 2).next().value, "20261130115958");
  equal(versionsAfter(undefined, NOW, 1).next().value, "20261130115959");
  equal(versionsAfter("20991231235959", NOW, 1).next().value, "21000101000000");
});

Deno.test("a second run finds nothing missing, and with more it adds only that", async () => {
  const first = after({}, await plan({}));
  deepEqual(pathsOf(await plan(first)), []);
  const more = await plan(first, { with: ["orders"] });
  deepEqual(pathsOf(more), [
    "supabase/migrations/20261130120000_orders__baseline.sql",
    "freshet/packs/orders/resources/days.ts",
    "supabase/functions/order-mail/index.ts",
    "supabase/functions/order-mail/deno.json",
    "supabase/config.toml",
    RECORD_PATH,
  ]);
  deepEqual(more.kept, ["freshet/packs/registry.ts"]);
  const { imports } = JSON.parse(more.files.find(({ path }) => path.endsWith("order-mail/deno.json"))?.text ?? "");
  deepEqual(imports, {
    zod: "npm:zod@4.6.7",
    "freshet/shared/kernel/app_error.js": "npm:freshet@0.2.0/shared/kernel/app_error.js",
  });
});

Deno.test("an upgrade replaces what is as it was written, and keeps and lists what was changed", async () => {
  const files = after({}, await plan({}));
  const entry = "supabase/functions/analytics/index.ts";
  const other = "supabase/functions/export/index.ts";
  const record = JSON.parse(files[RECORD_PATH] ?? "");
  record.version = "0.1.0";
  record.files[entry] = hashOf("older");
  record.files[other] = hashOf("older");
  const older = { ...files, [entry]: "older", [other]: "mine", [RECORD_PATH]: JSON.stringify(record) };
  const upgraded = await plan(older, { refresh: true });
  deepEqual(upgraded.files.map(({ path, action }) => [path, action]), [[entry, "replace"], [RECORD_PATH, "edit"]]);
  deepEqual(upgraded.kept, [other]);
  equal(JSON.parse(after(older, upgraded)[RECORD_PATH] ?? "").version, "0.2.0");
  deepEqual((await plan(older)).files.filter(({ path }) => path !== RECORD_PATH), []);
});

const IN_THE_WAY: Readonly<Record<string, readonly [Readonly<Record<string, string>>, Asked, RegExp]>> = {
  "a table of roles, with identity": [
    { "supabase/migrations/1_roles.sql": "create table if not exists public.user_roles (id int);" },
    { with: ["identity"] },
    /1_roles\.sql makes public\.user_roles, as identity does/,
  ],
  "a hook function without a schema, with identity": [
    {
      "supabase/migrations/1_hook.sql":
        "CREATE OR REPLACE FUNCTION custom_access_token_hook(event jsonb) returns jsonb",
    },
    { with: ["identity"] },
    /makes public\.custom_access_token_hook/,
  ],
  "a table of a pack": [
    { "supabase/migrations/1_orders.sql": 'create table "public"."orders" ();' },
    { with: ["orders"] },
    /makes public\.orders, as orders does/,
  ],
  "a schema of our name": [
    { "supabase/migrations/1_schema.sql": "create schema if not exists analytics;" },
    {},
    /makes a schema "analytics"/,
  ],
  "a function of our name": [
    { "supabase/functions/export/index.ts": "mine" },
    {},
    /supabase\/functions\/export is yours/,
  ],
  "a hook that is switched on, with identity": [
    {
      "supabase/config.toml":
        '[auth.hook.custom_access_token]\nenabled = true\nuri = "pg-functions://postgres/private/mine"\n',
    },
    { with: ["identity"] },
    /has an access token hook of its own/,
  ],
  "an old PostgreSQL": [{ "supabase/config.toml": "[db]\nmajor_version = 14\n" }, {}, /PostgreSQL 14/],
};

for (const [what, [files, asked, problem]] of Object.entries(IN_THE_WAY)) {
  Deno.test(`${what} is a problem, and told with its file`, async () => {
    const { problems } = await plan(files, asked);
    equal(problems.length, 1, problems.join("\n"));
    match(problems[0] ?? "", problem);
  });
}

Deno.test("names that only resemble ours, or that no area would make, are in nobody's way", async () => {
  const sql = `
    -- create table public.user_roles ();
    create table public.user_roles_of_old ();
    create table private.orders ();
    create function public.orders_of(id int) returns int language sql as 'select 1';
    create schema analytics_of_ours;`;
  deepEqual((await plan({ "supabase/migrations/1_theirs.sql": sql }, { with: ["identity", "orders"] })).problems, []);
  const roles = { "supabase/migrations/1_roles.sql": "create table public.user_roles ();" };
  deepEqual((await plan(roles)).problems, []);
});

Deno.test("profile audit has one function, and a profile that serves nothing takes no pack", async () => {
  const planned = await plan({}, { profile: "audit" });
  const functions = pathsOf(planned).filter((path) => path.endsWith("index.ts"));
  deepEqual(functions, ["supabase/functions/cron-audit/index.ts"]);
  ok(pathsOf(planned).some((path) => path.endsWith("_freshet__audit_alone.sql")));
  throws(() => choose(MANIFEST, "audit", ["orders"]), /serves nothing/);
  throws(() => choose(MANIFEST, "core", ["order"]), /knows no "order"\n.*identity, orders/);
});

Deno.test("the hook of identity is named in config.toml where the project names none", async () => {
  const planned = await plan({}, { with: ["identity"] });
  const config = planned.files.find(({ path }) => path === "supabase/config.toml")?.text ?? "";
  match(config, /\[auth\.hook\.custom_access_token\]\nenabled = true\nuri = "pg-functions:\/\/postgres\/public\//);
  const twice = await plan(after({}, planned), { with: ["identity"] });
  deepEqual([twice.problems, pathsOf(twice)], [[], []]);
});
