import { pause } from "./pause.ts";
import { listProcesses } from "./process_table.ts";

const PATIENCE_MS = 10_000;

export interface ChildProcess {
  readonly pid: number;
  readonly command: string;
}

/** Every process that this one started, and those that they started. */
export async function descendantsOf(pid: number): Promise<ChildProcess[]> {
  const processes = await listProcesses();
  const family = new Set([pid]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const process of processes) if (family.has(process.parent)) family.add(process.pid);
  }
  family.delete(pid);
  // Not the server's own helpers ("postgres: checkpointer"), which end with it, nor a ps that looks for processes.
  const isLasting = (command: string) => command !== "" && !/^postgres: |^\S*ps -A /.test(command);
  return processes.filter((process) => family.has(process.pid) && isLasting(process.command))
    .map(({ pid, command }) => ({ pid, command }));
}

/** Those of the processes that are still the same: a process id may belong to another program by now. */
export async function stillRunning(processes: readonly ChildProcess[]): Promise<ChildProcess[]> {
  const now = new Map((await listProcesses()).filter((one) => !one.isZombie).map((one) => [one.pid, one.command]));
  return processes.filter(({ pid, command }) => now.get(pid) === command);
}

/** Ends those of the processes that still run, and waits: the next start needs their ports. Answers how many there were. */
export async function endProcesses(processes: readonly ChildProcess[]): Promise<number> {
  const running = await stillRunning(processes);
  // On SIGTERM, PostgreSQL would wait for its clients to leave.
  for (const { pid, command } of running) send(pid, /\bpostgres -D /.test(command) ? "SIGINT" : "SIGTERM");
  for (let waited = 0; waited < PATIENCE_MS && (await stillRunning(running)).length > 0; waited += 100) {
    await pause(100);
  }
  for (const { pid } of await stillRunning(running)) send(pid, "SIGKILL");
  return running.length;
}

function send(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied)) throw error;
  }
}
