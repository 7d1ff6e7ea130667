import { join } from "node:path";
import postgres from "postgres";
import { freePort, isPortFree } from "../free_port.ts";
import { messageOf, StackError } from "../stack_error.ts";
import { isProcessAlive } from "../process_table.ts";
import type { ClusterFolders } from "./cluster_folder.ts";
import type { Installation } from "./installation.ts";
import { claimCluster, clearLeftOvers, releaseCluster } from "./left_over.ts";
import { asUser, type ServerUser } from "./server_user.ts";
import { serverSettings } from "./settings.ts";
import { pause } from "../pause.ts";

export interface ClusterOptions {
  readonly installation: Installation;
  readonly folders: ClusterFolders;
  readonly user: ServerUser;
  readonly cron: "real" | "stand-in";
  readonly durable: boolean;
  readonly port?: number;
  readonly settings?: Readonly<Record<string, string>>;
}

/** A running server of ours. */
export interface Cluster {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts the server on the work folder's data, which are made on the first start and reused afterwards. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { installation, folders } = options;
  // Data of another major version cannot be read, so each has its own folder.
  const dataFolder = join(folders.folder, `data-${installation.major}-${installation.flavour}`);
  await clearLeftOvers(folders.folder, dataFolder);
  await claimCluster(folders.folder);
  try {
    if (!(await exists(join(dataFolder, "PG_VERSION")))) await initialise(options, dataFolder);
    if (options.port !== undefined && !isPortFree(options.port)) {
      throw new StackError(
        `port ${options.port}, wanted for PostgreSQL, is in use`,
        "choose another port, or leave it out: a free one is found",
      );
    }
    return await serve(options, dataFolder, options.port ?? freePort());
  } catch (error) {
    await releaseCluster(folders.folder);
    throw error;
  }
}

async function initialise(options: ClusterOptions, dataFolder: string): Promise<void> {
  const half = `${dataFolder}.new`;
  await Deno.remove(half, { recursive: true }).catch(() => {});
  const { success, stderr } = await new Deno.Command(join(options.installation.binFolder, "initdb"), {
    args: [
      ...["-D", half, "-U", "supabase_admin", "--auth=trust", "--encoding=UTF8", "--no-instructions"],
      Deno.build.os === "linux" ? "--locale=C.UTF-8" : "--no-locale",
      ...(options.durable ? [] : ["--no-sync"]),
    ],
    cwd: options.folders.folder,
    stdout: "null",
    stderr: "piped",
    ...asUser(options.user),
  }).output();
  if (!success) {
    throw new StackError(
      `initdb could not make a database in ${half}: ${new TextDecoder().decode(stderr).trim()}`,
      "see that the disk has 200 MB free and that the folder may be written to",
    );
  }
  // Renamed when whole: an interrupted first start is begun again, not taken for a database.
  await Deno.rename(half, dataFolder);
}

async function serve(options: ClusterOptions, dataFolder: string, port: number): Promise<Cluster> {
  const { installation, folders } = options;
  const logFile = join(folders.folder, "postgres.log");
  const settings = serverSettings({
    port,
    socketFolder: folders.socketFolder,
    cron: options.cron,
    hasStatStatements: installation.hasStatStatements,
    durable: options.durable,
    ...(options.settings === undefined ? {} : { settings: options.settings }),
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
    // Its own session: Ctrl-C reaches us first, and we stop the parts in order.
    detached: true,
    ...asUser(options.user),
  }).spawn();

  let ended = false;
  server.status.then(() => ended = true);
  const stop = async () => {
    if (!ended && await isProcessAlive(server.pid)) server.kill("SIGINT"); // fast shutdown
    await server.status;
    await Deno.remove(folders.socketFolder).catch(() => {}); // empty now; not ours to insist
    await releaseCluster(folders.folder);
  };
  try {
    await waitUntilReady(port, () => ended);
  } catch (error) {
    if (!ended) await stop();
    const tail = (await Deno.readTextFile(logFile).catch(() => "")).trimEnd().split("\n").slice(-8).join("\n    ");
    throw new StackError(
      `PostgreSQL ${installation.major} did not start: ${messageOf(error)}. The end of ${logFile}:\n    ${tail}`,
      "mend what the log names; deno task reset begins with an empty database",
    );
  }
  return { port, stop };
}

async function waitUntilReady(port: number, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000; // recovery after a crash takes a while
  let last = "no answer";
  while (Date.now() < deadline) {
    if (hasEnded()) throw new Error("the server ended at once");
    const sql = postgres(`postgres://supabase_admin@127.0.0.1:${port}/postgres`, { max: 1, connect_timeout: 5 });
    try {
      await sql`select 1`;
      return;
    } catch (error) {
      last = messageOf(error);
    } finally {
      await sql.end({ timeout: 1 });
    }
    await pause(50);
  }
  throw new Error(`no answer on port ${port} for 60 s (${last})`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
