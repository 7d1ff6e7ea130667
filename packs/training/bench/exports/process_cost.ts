/** Linux reports processor time in hundredths of a second. */
const TICK_MS = 10;

/** Processor time that a process has used so far, user and system, in milliseconds. */
export async function processorMs(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The fields follow the process name, which is in parentheses and may hold any character.
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
  return (Number(user) + Number(system)) * TICK_MS;
}

export function residentBytes(pid: number): Promise<number> {
  return memory(pid, "VmRSS");
}

/** The greatest resident memory since its start. */
export function peakBytes(pid: number): Promise<number> {
  return memory(pid, "VmHWM");
}

async function memory(pid: number, name: string): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`/proc/${pid}/status has no ${name}: these figures need Linux`);
  return Number(kilobytes) * 1024;
}
