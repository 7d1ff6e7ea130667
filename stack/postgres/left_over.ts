import { join } from "node:path";
import { commandLineOf, isProcessAlive, listProcesses } from "../process_table.ts";
import { StackError } from "../stack_error.ts";
import { pause } from "../pause.ts";

/**
 * Removes what a killed stack may have left: a server that still runs on these data, or its postmaster.pid.
 * A cluster that another living stack uses is left alone, and named.
 */
export async function clearLeftOvers(folder: string, dataFolder: string): Promise<void> {
  const owner = await readPid(join(folder, "owner.pid"));
  if (owner !== null && owner !== Deno.pid && (await commandLineOf(owner)).includes("deno")) {
    throw new StackError(
      `the database in ${folder} is in use by process ${owner}`,
      `stop that process first (deno task stop), or choose another work folder with FRESHET_WORK_FOLDER`,
    );
  }
  const pidFile = join(dataFolder, "postmaster.pid");
  const pid = await readPid(pidFile);
  if (pid === null) return;
  const command = await commandLineOf(pid);
  // Of a dead server PostgreSQL clears the file itself, after it has seen that none of its processes is left.
  if (command === "") return await endOrphans(dataFolder);
  if (command.includes(dataFolder)) return await stopServer(pid);
  // The process id belongs to another program by now, and PostgreSQL would refuse to start because of it.
  await endOrphans(dataFolder);
  await Deno.remove(pidFile);
}

/**
 * Ends what a killed server left: a backend in the middle of a statement lives on, and keeps the next server from starting.
 * Elsewhere than on Linux their folder cannot be seen; there the next server waits until they are done.
 */
export async function endOrphans(dataFolder: string): Promise<void> {
  if (Deno.build.os !== "linux") return;
  for (const { pid, command } of await listProcesses()) {
    if (!command.startsWith("postgres: ")) continue;
    const folder = await Deno.readLink(`/proc/${pid}/cwd`).catch(() => "");
    if (folder !== await Deno.realPath(dataFolder)) continue;
    try {
      Deno.kill(pid, "SIGKILL"); // the memory that it shares is gone with its server
    } catch {
      // It has ended by itself.
    }
  }
}

/** Records that this process uses the cluster. */
export async function claimCluster(folder: string): Promise<void> {
  await Deno.writeTextFile(join(folder, "owner.pid"), `${Deno.pid}\n`);
}

export async function releaseCluster(folder: string): Promise<void> {
  await Deno.remove(join(folder, "owner.pid")).catch(() => {});
}

async function stopServer(pid: number): Promise<void> {
  Deno.kill(pid, "SIGINT"); // fast shutdown: sessions are ended, data are flushed
  for (let waited = 0; waited < 15_000; waited += 100) {
    if (!(await isProcessAlive(pid))) return;
    await pause(100);
  }
  throw new StackError(
    `a PostgreSQL server left by an earlier start (process ${pid}) does not stop`,
    `end it by hand: kill -QUIT ${pid}`,
  );
}

async function readPid(path: string): Promise<number | null> {
  try {
    const pid = Number((await Deno.readTextFile(path)).split("\n")[0]);
    return Number.isInteger(pid) && pid > 1 ? pid : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
