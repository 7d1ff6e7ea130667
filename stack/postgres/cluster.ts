import { join } from "node:path";
import postgres from "postgres";
import { type Child, logTail } from "../child.ts";
import { isPortFree } from "../free_port.ts";
import { type KeptPort, keptPort } from "../kept_ports.ts";
import { pause } from "../pause.ts";
import { messageOf, StackError } from "../stack_error.ts";
import { supervise } from "../supervise.ts";
import { writeAuthentication } from "./authentication.ts";
import { launchServer, type ServerOptions } from "./launch_server.ts";
import { claimCluster, clearLeftOvers, endOrphans, releaseCluster } from "./left_over.ts";
import { loadPassword, scramVerifier } from "./password.ts";
import { asUser } from "./server_user.ts";

export interface ClusterOptions extends ServerOptions {
  /** Left out: the one of earlier starts. */
  readonly port?: number;
  /** Called when the server died and answers again. */
  readonly onReturn?: () => Promise<void>;
  /** Called when it dies again and again. */
  readonly onTrouble?: (message: string) => void;
}

/** A running server of ours. */
export interface Cluster {
  readonly port: KeptPort;
  readonly logFile: string;
  /** Takes any role without a password, from this user and from root only. */
  readonly socket: string;
  /** As any role that has the cluster's password. */
  urlOf(role: string): string;
  /** Gives these roles the cluster's password. */
  givePassword(sql: postgres.Sql, roles: readonly string[]): Promise<void>;
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
    await writeAuthentication(dataFolder, { major: installation.major, user: options.user });
    const port = options.port === undefined
      ? await keptPort(folders.workFolder, "database")
      : { port: options.port, lost: null };
    return await serve(options, dataFolder, port);
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
      ...[
        "-D",
        half,
        "-U",
        "supabase_admin",
        "--auth-local=peer",
        "--auth-host=scram-sha-256",
        "--encoding=UTF8",
        "--no-instructions",
      ],
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
  // Renamed when complete: an interrupted first start begins again, and is not taken for a database.
  await Deno.rename(half, dataFolder);
}

async function serve(options: ClusterOptions, dataFolder: string, port: KeptPort): Promise<Cluster> {
  const { installation, folders } = options;
  const logFile = join(folders.folder, "postgres.log");
  const socket = join(folders.socketFolder, `.s.PGSQL.${port.port}`);
  const password = await loadPassword(folders.workFolder);

  async function launch(signal?: AbortSignal): Promise<Child> {
    const { child, hasEnded } = launchServer(options, { dataFolder, logFile, port: port.port });
    try {
      await waitUntilReady(socket, () => hasEnded() || signal?.aborted === true);
      return child;
    } catch (error) {
      await child.stop();
      throw new StackError(
        `PostgreSQL ${installation.major} did not start: ${messageOf(error)}. The end of ${logFile}:\n    ` +
          (await logTail(logFile, 8)).replaceAll("\n", "\n    "),
        "mend what the log names; deno task reset begins with an empty database",
      );
    }
  }
  async function givePassword(sql: postgres.Sql, roles: readonly string[]): Promise<void> {
    for (const role of roles) await sql.unsafe(`alter role "${role}" password '${scramVerifier(password)}'`);
  }
  const first = await launch();
  const supervision = supervise(first, {
    name: "PostgreSQL",
    logFile,
    async launch(signal) {
      await endOrphans(dataFolder);
      return await launch(signal);
    },
    ...(options.onReturn === undefined ? {} : { onReturn: options.onReturn }),
    onTrouble: options.onTrouble,
  });
  const stop = async () => {
    await supervision.stop();
    await endOrphans(dataFolder); // of a server that was killed at this moment
    await Deno.remove(folders.socketFolder).catch(() => {}); // empty now; not ours to insist
    await releaseCluster(folders.folder);
  };
  try {
    const sql = overSocket(socket);
    await givePassword(sql, ["supabase_admin"]).finally(() => sql.end({ timeout: 5 }));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    logFile,
    socket,
    urlOf: (role) => `postgresql://${role}:${password}@127.0.0.1:${port.port}/postgres`,
    givePassword,
    stop,
  };
}

async function waitUntilReady(socket: string, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000; // recovery after a crash takes a while
  let last = "no answer";
  while (Date.now() < deadline) {
    if (hasEnded()) throw new Error("the server ended at once");
    const sql = overSocket(socket);
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
  throw new Error(`no answer at ${socket} for 60 s (${last})`);
}

/** As the superuser, who has no password before the first start's end, nor in a cluster of an earlier release. */
function overSocket(path: string): postgres.Sql {
  return postgres("postgres://supabase_admin@127.0.0.1/postgres", {
    path,
    max: 1,
    connect_timeout: 5,
    onnotice: () => {},
  });
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
