import { commandLineOf, listProcesses } from "./process_table.ts";

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

/** Ends those of the processes that still are what they were: a number may belong to somebody else by now. */
export async function endProcesses(processes: readonly ChildProcess[]): Promise<number> {
  let ended = 0;
  for (const { pid, command } of processes) {
    if ((await commandLineOf(pid)) !== command) continue;
    try {
      // On SIGTERM, PostgreSQL would wait for its clients to leave.
      Deno.kill(pid, /\bpostgres -D /.test(command) ? "SIGINT" : "SIGTERM");
      ended += 1;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied)) throw error;
    }
  }
  return ended;
}
