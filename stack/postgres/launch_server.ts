import { dirname, join } from "node:path";
import type { Child } from "../child.ts";
import type { ClusterFolders } from "./cluster_folder.ts";
import type { Installation } from "./installation.ts";
import { asUser, type ServerUser } from "./server_user.ts";
import { serverSettings } from "./settings.ts";

export interface ServerOptions {
  readonly installation: Installation;
  readonly folders: ClusterFolders;
  readonly user: ServerUser;
  readonly cron: "real" | "stand-in";
  readonly durable: boolean;
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Launched {
  readonly child: Child;
  readonly hasEnded: () => boolean;
}

/** Starts a server over a data folder, with its output in the log file. Whether it answers is for the caller to see. */
export function launchServer(
  options: ServerOptions,
  { dataFolder, logFile, port }: { dataFolder: string; logFile: string; port: number },
): Launched {
  const { installation, folders } = options;
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
      'umask 077; [ ! -e "$0" ] || chmod 600 "$0"; exec "$@" >>"$0" 2>&1',
      logFile,
      join(installation.binFolder, "postgres"),
      "-D",
      dataFolder,
      ...settings,
    ],
    cwd: dirname(logFile),
    stdin: "null",
    stdout: "null",
    stderr: "null",
    // Its own session: Ctrl-C reaches us first, and we stop the parts in order.
    detached: true,
    ...asUser(options.user),
  }).spawn();
  let ended = false;
  server.status.then(() => ended = true);
  const child: Child = {
    pid: server.pid,
    logFile,
    ended: server.status,
    async stop() {
      try {
        if (!ended) server.kill("SIGINT"); // fast shutdown
      } catch {
        // It has ended at this moment.
      }
      await server.status;
    },
  };
  return { child, hasEnded: () => ended };
}
