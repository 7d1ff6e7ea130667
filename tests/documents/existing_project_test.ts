// docs/existing-project.md, followed block by block in a project that is not ours: its migrations, hook and job were there first.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { dirname, join } from "node:path";
import { issuerOf } from "../../stack/function_environment.ts";
import { startManagementApi } from "../../stack/management_api/mod.ts";
import { pause } from "../../stack/pause.ts";
import { deployFunctions } from "../../stack/supabase_cli.ts";
import { mintToken } from "../../stack/tokens.ts";
import { fateOf } from "../support/documents/document_commands.ts";
import { blocksOf, projectFolder, readDocument } from "../support/documents/documents.ts";
import { copyFolder, copyProject } from "../support/rigs/project_copy.ts";
import { asUser, type Product, startProduct } from "../support/rigs/product.ts";

const PAGE = "docs/existing-project.md";
const FOREIGN = "tests/support/foreign_project";
const MEMBER = "c0000000-0000-4000-8000-000000000001";
const STRANGER = "c0000000-0000-4000-8000-000000000002";
const TEAM = "d0000000-0000-4000-8000-000000000001";

/** A block that shows a file says which in its first line. */
const FILE = /^(?:\/\/|--) (packs\/[\w/-]+\.(?:ts|sql))\n/;

interface Followed {
  /** The project's folder after the page's commands. */
  readonly folder: string;
  /** The page's statements, for the running project. */
  readonly statements: readonly string[];
}

/** Does what the page says in a copy of the project, with a checkout of ours beside it. */
async function follow(home: string): Promise<Followed> {
  await copyFolder(FOREIGN, home);
  const folder = join(home, FOREIGN);
  const checkout = join(home, "freshet");
  await copyProject(checkout);
  const programs = join(home, "bin");
  await Deno.mkdir(programs);
  const npx =
    `#!/bin/bash\n[ "$1 $2" = "-y deno@${Deno.version.deno}" ] || exit 64\nexec '${Deno.execPath()}' "\${@:3}"\n`;
  await Deno.writeTextFile(join(programs, "npx"), npx, { mode: 0o755 });
  const statements: string[] = [];
  const script = ["set -euo pipefail"];
  for (const block of blocksOf(PAGE, await readDocument(PAGE))) {
    const file = FILE.exec(block.text)?.[1];
    if (file !== undefined) {
      await Deno.mkdir(join(folder, dirname(file)), { recursive: true });
      await Deno.writeTextFile(join(folder, file), `${block.text}\n`);
    } else if (fateOf(block) === "hosted") continue;
    else if (block.info === "sql") statements.push(block.text);
    else if (block.info === "sh") script.push(block.text);
  }
  const { code, stderr } = await new Deno.Command("bash", {
    args: ["-c", script.join("\n")],
    cwd: folder,
    env: { PATH: `${programs}:${Deno.env.get("PATH")}`, FRESHET: checkout, NO_COLOR: "1" },
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  return { folder, statements };
}

let home: string;
let followed: Followed;
let product: Product;
let deployed: readonly string[];
let stopApi: () => Promise<void>;

Deno.test.beforeAll(async () => {
  home = await Deno.makeTempDir({ prefix: "freshet-foreign-" });
  await Deno.chmod(home, 0o755);
  followed = await follow(home);
  const api = await startManagementApi(home);
  stopApi = () => api.stop();
  await deployFunctions({ ...api.project, projectFolder: followed.folder }, ["analytics", "cron-audit", "export"]);
  deployed = api.functions().map(({ name }) => name);
  product = await startProduct({ projectFolder: followed.folder, functions: api.functions() });
  await product.sql`insert into public.teams (id, name) values (${TEAM}, 'North'), (gen_random_uuid(), 'South')`;
  await product.sql`insert into public.team_members (team_id, user_id) values (${TEAM}, ${MEMBER})`;
  await product.sql`
    insert into public.orders (team_id, total, placed_at)
    select t.id, 10.50, '2026-03-02 12:00+00' from public.teams as t, generate_series(1, 3)`;
  await product.sql`insert into public.orders (team_id, total, status) values (${TEAM}, 99, 'cancelled')`;
  for (const statement of followed.statements.slice(0, -1)) await product.sql.unsafe(statement).simple();
});
Deno.test.afterAll(async () => {
  await product.stop();
  await stopApi();
  await Deno.remove(home, { recursive: true });
});

async function ask(subject: string, query: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const { stack } = product;
  const token = await mintToken({ jwtSecret: stack.keys.jwtSecret, issuer: issuerOf(stack.origin), subject });
  const response = await product.get(`/shop/team-order-days?${query}`, asUser(stack, token));
  return { status: response.status, body: await response.json() };
}

function followedTo(name: string, body: () => Promise<void>): void {
  Deno.test({ name: `${PAGE}: ${name}`, fn: body, sanitizeOps: false, sanitizeResources: false });
}

followedTo(
  "the project keeps its migrations, its hook and its job, and gets those of core, audit and its pack after its own",
  async () => {
    const applied = await product.sql<{ name: string }[]>`
    select name from supabase_migrations.schema_migrations order by version`;
    deepEqual(applied.map(({ name }) => name), [
      "teams",
      "orders",
      "hook_and_jobs",
      ...await migrationsOf("core", "audit"),
      "shop__team_order_days",
    ]);
    const [hook] = await product.sql`
    select public.custom_access_token_hook('{"claims": {}}') as answer, to_regclass('public.user_roles') as roles`;
    deepEqual({ ...hook }, { answer: { claims: { plan: "pro" } }, roles: null });
    const [job] = await product.sql`select active from cron.job where jobname = 'cancel-unpaid-orders'`;
    equal(job?.["active"], true);
    deepEqual(deployed, ["analytics", "cron-audit", "export"]);
  },
);

followedTo("a member reads the own team's days, and cancelled orders are in none", async () => {
  const { status, body } = await ask(MEMBER, "days=7");
  equal(status, 200, JSON.stringify(body));
  deepEqual(body["data"], [{ team_id: TEAM, day: "2026-03-02", orders_count: 3, revenue: 31.5 }]);
});

followedTo("a stranger is denied the team's days, and has none", async () => {
  equal((await ask(STRANGER, `team_id=${TEAM}`)).status, 403);
  const { status, body } = await ask(STRANGER, "days=7");
  equal(status, 200, JSON.stringify(body));
  deepEqual(body["data"], []);
  const anybody = await product.get("/shop/team-order-days", { apikey: product.stack.keys.publishableKey });
  await anybody.body?.cancel();
  equal(anybody.status, 403);
});

followedTo("nothing of the sample packs is served or described, and the own resource is", async () => {
  const response = await product.get("/openapi.json", { apikey: product.stack.keys.publishableKey });
  const document: { readonly paths: Record<string, unknown> } = await response.json();
  ok("/shop/team-order-days" in document.paths);
  const packs = ["arena", "engagement", "qbank", "training"];
  deepEqual(Object.keys(document.paths).filter((path) => packs.includes(path.split("/")[1] ?? "")), []);
});

followedTo("the audit passes, and knows the project's own job", async () => {
  const [pass] = await product.sql`select analytics.audit_pass() ->> 'outcome' as outcome`;
  match(String(pass?.["outcome"]), /./);
  const open = await product.sql`
    select kind, subject from analytics.incidents where closed_at is null and kind = 'undeclared'`;
  deepEqual([...open], []);
  const [known] = await product.sql`
    select count(*)::integer as count from analytics.scheduled_jobs where job_name = 'cancel-unpaid-orders'`;
  equal(known?.["count"], 1);
});

followedTo("a member who was removed reads nothing more, whatever the token says", async () => {
  await product.sql`delete from public.team_members where user_id = ${MEMBER}`;
  await pause(3_500);
  equal((await ask(MEMBER, `team_id=${TEAM}`)).status, 403);
});

followedTo("out again: the project is as it was, and its tables are written to as before", async () => {
  const { sql } = product;
  await sql.begin((transaction) => transaction.unsafe(followed.statements.at(-1) ?? "").simple());
  const schemas = await sql`select nspname from pg_namespace where nspname in ('analytics', 'freshet')`;
  deepEqual([...schemas], []);
  const jobs = await sql<{ jobname: string }[]>`select jobname from cron.job`;
  deepEqual(jobs.map(({ jobname }) => jobname), ["cancel-unpaid-orders"]);
  await sql`insert into public.orders (team_id, total) values (${TEAM}, 1)`;
});

/** The names of the migrations of these areas, in their order. */
async function migrationsOf(...areas: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(join(projectFolder, "supabase/migrations"))) names.push(name);
  return names.sort().map((name) => name.replace(/^\d+_|\.sql$/g, ""))
    .filter((name) => areas.some((area) => name.startsWith(`${area}__`)));
}
