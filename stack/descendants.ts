import { commandLineOf } from "./process_alive.ts";

export interface ChildProcess {
  readonly pid: number;
  readonly command: string;
}

/** Every process that this one started, and those that they started. */
export async function descendantsOf(pid: number): Promise<ChildProcess[]> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-A", "-ww", "-o", "pid=,ppid=,args="],
    stdout: "piped",
    stderr: "null",
  }).output();
  const processes = new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
    const match = line.match(/^\s*(\d+)\s+(\d+)\s+(.*)$/);
    return match === null ? [] : [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] ?? "" }];
  });
  const family = new Set([pid]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const process of processes) if (family.has(process.parent)) family.add(process.pid);
  }
  family.delete(pid);
  // Neither this very ps, nor the server's own helpers ("postgres: checkpointer"), which end with it.
  const isLasting = (command: string) => !/^postgres: |^\S*ps -A /.test(command);
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
