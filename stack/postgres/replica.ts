import { join } from "node:path";
import postgres from "postgres";
import { freePort } from "../free_port.ts";
import { pause } from "../pause.ts";
import { StackError } from "../stack_error.ts";
import { chooseInstallation } from "./choose_installation.ts";
import { makeClusterFolders, removeCluster, socketFolderOf } from "./cluster_folder.ts";
import { asUser, serverUser } from "./server_user.ts";
import { serverSettings } from "./settings.ts";

export interface ReplicaOptions {
  /** The work folder of the running primary, which is an installed PostgreSQL. */
  readonly primaryFolder: string;
  /** The primary's address as its superuser. The replica has the same roles and passwords. */
  readonly primaryUrl: string;
  /** Holds the replica's data. */
  readonly workFolder: string;
}

/** A streaming replica of one of our clusters, in hot standby. It is not started again when it dies. */
export interface Replica {
  /** As the superuser. */
  readonly superuserUrl: string;
  readonly logFile: string;
  /** Turns it into a server that takes writes, as a failover does. */
  promote(): Promise<void>;
  /** kill -9 of the server, and of its sessions. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Copies the primary with pg_basebackup and starts the copy as its replica. Returns when it answers. */
export async function startReplica({ primaryFolder, primaryUrl, workFolder }: ReplicaOptions): Promise<Replica> {
  const user = await serverUser();
  const folders = await makeClusterFolders(workFolder, user);
  const installation = await chooseInstallation("installed", { user, folder: folders.folder, report: () => {} });
  const dataFolder = join(folders.folder, "data-of-replica");
  const { port: primaryPort } = new URL(primaryUrl);
  await run(join(installation.binFolder, "pg_basebackup"), [
    ...["--host", socketFolderOf(primaryFolder), "--port", primaryPort, "--username", "supabase_admin"],
    // -R writes standby.signal and the connection to the primary.
    ...["--pgdata", dataFolder, "-R", "--wal-method=stream", "--checkpoint=fast", "--no-sync"],
  ]);
  const port = freePort();
  const logFile = join(folders.folder, "postgres.log");
  const settings = serverSettings({
    port,
    socketFolder: folders.socketFolder,
    // pg_cron would begin to run the jobs if the replica were promoted.
    cron: "stand-in",
    hasStatStatements: installation.hasStatStatements,
    durable: false,
    settings: { hot_standby: "on", hot_standby_feedback: "on" },
  });
  const server = new Deno.Command("/bin/sh", {
    args: [
      "-c",
      'exec "$@" >>"$0" 2>&1',
      logFile,
      join(installation.binFolder, "postgres"),
      "-D",
      dataFolder,
      ...settings,
    ],
    cwd: folders.folder,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
    ...asUser(user),
  }).spawn();
  let ended = false;
  server.status.then(() => ended = true);
  const end = async (signal: Deno.Signal) => {
    try {
      if (!ended) server.kill(signal);
    } catch {
      // It has ended at this moment.
    }
    await server.status;
  };
  const address = new URL(primaryUrl);
  address.port = String(port);
  const superuserUrl = address.href;
  const once = async <Row>(query: (sql: postgres.Sql) => Promise<Row>) => {
    const sql = postgres(superuserUrl, { max: 1, connect_timeout: 5, onnotice: () => {} });
    try {
      return await query(sql);
    } finally {
      await sql.end({ timeout: 1 });
    }
  };
  try {
    await until(() => once((sql) => sql`select 1`), () => ended, logFile);
  } catch (error) {
    await end("SIGINT");
    throw error;
  }
  return {
    superuserUrl,
    logFile,
    promote: () => once(async (sql) => void await sql`select pg_promote(true, 30)`),
    async kill() {
      // The sessions see that their postmaster is gone, and end.
      await end("SIGKILL");
    },
    async stop() {
      await end("SIGINT");
      await removeCluster(workFolder);
    },
  };

  async function run(command: string, args: string[]): Promise<void> {
    const { success, stderr } = await new Deno.Command(command, {
      args,
      cwd: folders.folder,
      stdout: "null",
      stderr: "piped",
      ...asUser(user),
    }).output();
    if (success) return;
    throw new StackError(
      `the primary could not be copied: ${new TextDecoder().decode(stderr).trim()}`,
      "see that it runs and that the disk has as much free space as its data take",
    );
  }
}

async function until(works: () => Promise<unknown>, hasEnded: () => boolean, logFile: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      await works();
      return;
    } catch (error) {
      if (!hasEnded() && Date.now() < deadline) {
        await pause(50);
        continue;
      }
      throw new StackError(`the replica did not start: ${error}`, `read ${logFile}`);
    }
  }
}
