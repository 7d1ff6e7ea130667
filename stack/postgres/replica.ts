import { join } from "node:path";
import { freePort } from "../free_port.ts";
import { withConnection } from "../one_connection.ts";
import { StackError } from "../stack_error.ts";
import { untilUp } from "../until_up.ts";
import { chooseInstallation } from "./choose_installation.ts";
import { makeClusterFolders, removeCluster, socketFolderOf } from "./cluster_folder.ts";
import { launchServer } from "./launch_server.ts";
import { asUser, serverUser } from "./server_user.ts";

export interface ReplicaOptions {
  /** The work folder of the running primary, which is an installed PostgreSQL. */
  readonly primaryFolder: string;
  /** The primary's address as its superuser. The replica has the same roles and passwords. */
  readonly primaryUrl: string;
  /** Holds the replica's data. */
  readonly workFolder: string;
}

/** A streaming replica of one of our clusters, in hot standby. It is not started again by itself when it dies. */
export interface Replica {
  /** As the superuser. */
  readonly superuserUrl: string;
  readonly logFile: string;
  /** Turns it into a server that takes writes, as a failover does. */
  promote(): Promise<void>;
  /** kill -9 of the server, and of its sessions. */
  kill(): Promise<void>;
  /** Starts it again after it was killed. Returns when it answers. */
  start(): Promise<void>;
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
  const launch = () =>
    launchServer({
      installation,
      folders,
      user,
      // pg_cron would begin to run the jobs if the replica were promoted.
      cron: "stand-in",
      durable: false,
      settings: { hot_standby: "on", hot_standby_feedback: "on" },
    }, { dataFolder, logFile, port }).child;
  let child = launch();
  const address = new URL(primaryUrl);
  address.port = String(port);
  const superuserUrl = address.href;
  const up = () =>
    untilUp(child, {
      name: "The replica",
      answers: () => withConnection(superuserUrl, (sql) => sql`select 1`).then(() => true, () => false),
      remedy: `read ${logFile}`,
    });
  await up();
  return {
    superuserUrl,
    logFile,
    promote: () => withConnection(superuserUrl, async (sql) => void await sql`select pg_promote(true, 30)`),
    async kill() {
      // The sessions see that their postmaster is gone, and end.
      Deno.kill(child.pid, "SIGKILL");
      await child.ended;
    },
    async start() {
      child = launch();
      await up();
    },
    async stop() {
      await child.stop();
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
