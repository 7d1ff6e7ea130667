import type { Server } from "./server.ts";
import { type Load, type LoadResult, wrk } from "./wrk.ts";

/** Linux reports processor time in hundredths of a second, independent of the kernel's clock rate. */
const TICK_US = 10_000;

/**
 * Loads servers, and records the processor time of a request. Other processes on the machine reduce the requests per
 * second, but hardly change this.
 */
export class Meter {
  /** Microseconds of processor time (user and system) of a request, by side and round. */
  readonly costs = new Map<string, number[]>();

  async measure(side: string, server: Pick<Server, "pid">, load: Load): Promise<LoadResult> {
    const before = await processorTime(server.pid);
    const result = await wrk(load);
    const cost = (await processorTime(server.pid) - before) / result.requests;
    this.costs.set(side, [...this.costs.get(side) ?? [], cost]);
    return result;
  }
}

/** The processor time that a process has used so far, in microseconds. */
async function processorTime(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The fields follow the process name, which is in parentheses and may hold any character.
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
  return (Number(user) + Number(system)) * TICK_US;
}
