import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { createAuditDatabase } from "../../../shared/adapters/supabase/audit_database.ts";
import { systemClock } from "../../../shared/adapters/runtime/clock.ts";
import { type AuditSummary, runAudit } from "../../../shared/audit/run.ts";
import { type PostgresPart, startPostgres } from "../../../stack/postgres/mod.ts";
import { pushMigrations } from "../../../stack/supabase_cli.ts";
import { copyCluster } from "../../../tools/test/cluster_copy.ts";
import { wakeJobs } from "../../../tools/test/copied_jobs.ts";
import { RECOVERY_SETTINGS, takeBaseBackup } from "./base_backup.ts";
import { directRpc } from "./direct_rpc.ts";
import { pause } from "../../../stack/pause.ts";
import { emptyClusterFolder } from "./sample_copy.ts";

/** A test's own cluster with Freshet and the real pg_cron, which the test may stop, kill and reconfigure. */
export interface CronCluster {
  /** A superuser connection, which is reopened after the server has died. */
  admin(): postgres.Sql;
  /** A connection of postgres, the owner of the jobs. */
  owner(): postgres.Sql;
  /** For work that opens a connection of its own. */
  ownerUrl(): string;
  /** Opens another session of the owner; the caller must end it. */
  session(): postgres.Sql;
  /** The owner's URL; a restart may change its port. */
  url(): string;
  restart(): Promise<void>;
  /** Takes a physical backup; the returned function stops the server and starts it from the backup. */
  backUp(): Promise<() => Promise<void>>;
  /** Waits until the server answers again. */
  recovered(): Promise<void>;
  audit(): Promise<AuditSummary>;
  stop(): Promise<void>;
}

const projectFolder = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * @param settings the server's settings, for example `cron.use_background_workers`
 * @param isCopy false: it is migrated by itself, for tests of what the scheduler has read since
 */
export async function startCronCluster(
  settings: Record<string, string> = {},
  { isCopy = true }: { readonly isCopy?: boolean } = {},
): Promise<CronCluster> {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-cron-" });
  await Deno.chmod(workFolder, 0o755);
  // Migrations read the settings of pg_cron, so a cluster with its own is migrated by itself.
  const made = isCopy && Object.keys(settings).length === 0 ? emptyClusterFolder() : undefined;
  if (made !== undefined) await copyCluster(made, workFolder);
  // Accepts the calls of the audit's job, so that none fails.
  const host = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => Response.json({}));
  const start = () =>
    startPostgres({
      workFolder,
      flavour: "installed",
      durable: false,
      settings: { ...RECOVERY_SETTINGS, ...settings },
    });
  let server: PostgresPart = await start();
  let connections = connect(server);
  const close = () => Promise.all([connections.admin.end({ timeout: 1 }), connections.owner.end({ timeout: 1 })]);
  const stop = async () => {
    await close();
    await server.stop();
    await host.shutdown();
    await Deno.remove(workFolder, { recursive: true });
  };
  try {
    if (made === undefined) await pushMigrations({ projectFolder, databaseUrl: server.url });
    else await wakeJobs(server.superuserUrl);
    await connections.owner`select vault.create_secret(${`http://127.0.0.1:${host.addr.port}`}, 'project_url')`;
    // Makes the audit behave as after its first pass, which ignores some things.
    await connections.owner`update analytics.audit_state set judged_since = '-infinity'`;
  } catch (error) {
    await stop();
    throw error;
  }
  const restart = async (whileStopped: () => Promise<void>) => {
    await close();
    await server.stop();
    await whileStopped();
    server = await start();
    connections = connect(server);
  };
  return {
    admin: () => connections.admin,
    owner: () => connections.owner,
    ownerUrl: () => server.url,
    session: () => postgres(server.url, { max: 1, onnotice: () => {} }),
    url: () => server.url,
    restart: () => restart(() => Promise.resolve()),
    async backUp() {
      const backup = await takeBaseBackup(connections.admin, workFolder);
      return () => restart(backup.restore);
    },
    async recovered() {
      for (let attempt = 0; attempt < 100; attempt++) {
        await pause(100);
        try {
          await connections.admin`select 1`;
          await connections.owner`select 1`;
          return;
        } catch {
          // still in recovery
        }
      }
      throw new Error("The server did not come back within 10 s: see postgres.log of its work folder");
    },
    audit: () => audit(connections.owner),
    stop,
  };
}

function connect(server: PostgresPart): { admin: postgres.Sql; owner: postgres.Sql } {
  return {
    admin: postgres(server.superuserUrl, { max: 1, onnotice: () => {} }),
    owner: postgres(server.url, { max: 1, onnotice: () => {} }),
  };
}

function audit(sql: postgres.Sql): Promise<AuditSummary> {
  return runAudit({
    database: createAuditDatabase(directRpc(sql)),
    sender: null,
    issues: null,
    clock: systemClock,
    send_for_ms: 10_000,
    runbook_url: "docs/runbook",
  });
}
