import postgres from "postgres";
import { chooseInstallation } from "../../../stack/postgres/choose_installation.ts";
import { startCluster } from "../../../stack/postgres/cluster.ts";
import { makeClusterFolders, removeCluster } from "../../../stack/postgres/cluster_folder.ts";
import { serverUser } from "../../../stack/postgres/server_user.ts";

/**
 * A PostgreSQL with the real pg_cron and nothing of Freshet or Supabase: no roles, no schemas, no local substitutes.
 */
export interface ForeignDatabase {
  /** URL for the superuser. */
  readonly url: string;
  readonly sql: postgres.Sql;
  /** Restarts the server, for settings that need it; the URL stays the same. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startForeignDatabase(): Promise<ForeignDatabase> {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-foreign-" });
  await Deno.chmod(workFolder, 0o755);
  const user = await serverUser();
  const folders = await makeClusterFolders(workFolder, user);
  const installation = await chooseInstallation("installed", { user, folder: folders.folder, report: () => {} });
  const options = { installation, folders, user, cron: "real", durable: false } as const;
  let cluster = await startCluster(options);
  const { port } = cluster.port;
  const url = cluster.urlOf("supabase_admin");
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`create extension pg_cron`;
  return {
    url,
    sql,
    async restart() {
      await cluster.stop();
      await makeClusterFolders(workFolder, user); // stopping a cluster removes its socket's folder
      cluster = await startCluster({ ...options, port });
    },
    async stop() {
      await sql.end({ timeout: 5 });
      await cluster.stop();
      await removeCluster(workFolder);
      await Deno.remove(workFolder, { recursive: true });
    },
  };
}
