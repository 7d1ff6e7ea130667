/** A process as the operating system lists it. */
export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  /** The command line, its words joined by spaces. */
  readonly command: string;
  /** Ended, and only not yet collected by its parent. */
  readonly isZombie: boolean;
}

/** All processes: from /proc where there is one, since a slim Debian has no ps; elsewhere from ps. */
export async function listProcesses(): Promise<ListedProcess[]> {
  return Deno.build.os === "linux" ? await listFromProc() : await listFromPs();
}

/** Whether a process with this id exists, ours or not. */
export async function isProcessAlive(pid: number): Promise<boolean> {
  const found = (await listProcesses()).find((process) => process.pid === pid);
  return found !== undefined && !found.isZombie;
}

/** The command line of a process, or "" when there is none. */
export async function commandLineOf(pid: number): Promise<string> {
  return (await listProcesses()).find((process) => process.pid === pid)?.command ?? "";
}

async function listFromProc(): Promise<ListedProcess[]> {
  const pids: number[] = [];
  for await (const entry of Deno.readDir("/proc")) if (/^\d+$/.test(entry.name)) pids.push(Number(entry.name));
  const found = await Promise.all(pids.map(readProc));
  return found.filter((process) => process !== null);
}

async function readProc(pid: number): Promise<ListedProcess | null> {
  try {
    const [stat, words] = await Promise.all([
      Deno.readTextFile(`/proc/${pid}/stat`),
      Deno.readTextFile(`/proc/${pid}/cmdline`),
    ]);
    // The name in parentheses may hold anything, spaces and parentheses included.
    const [state = "", parent = "0"] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const command = words.replaceAll("\0", " ").trim();
    return { pid, parent: Number(parent), command, isZombie: state === "Z" };
  } catch {
    return null; // It ended between the two looks.
  }
}

async function listFromPs(): Promise<ListedProcess[]> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-A", "-ww", "-o", "pid=,ppid=,stat=,args="],
    stdout: "piped",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
    const match = line.match(/^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/);
    if (match === null) return [];
    const [, pid, parent, state = "", command = ""] = match;
    return [{ pid: Number(pid), parent: Number(parent), command, isZombie: state.startsWith("Z") }];
  });
}
