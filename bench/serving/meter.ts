import type { Server } from "./server.ts";
import { type Load, type LoadResult, wrk } from "./wrk.ts";

/** Linux counts processor time in hundredths of a second, whatever the kernel's own clock. */
const TICK_US = 10_000;

/**
 * Loads servers, and notes what one request takes of the processor. Neighbours on the machine take turns of it away, which
 * is seen in requests per second and hardly in this.
 */
export class Meter {
  /** Microseconds of a request, user and system, by side and round. */
  readonly costs = new Map<string, number[]>();

  async measure(side: string, server: Pick<Server, "pid">, load: Load): Promise<LoadResult> {
    const before = await processorTime(server.pid);
    const result = await wrk(load);
    const cost = (await processorTime(server.pid) - before) / result.requests;
    this.costs.set(side, [...this.costs.get(side) ?? [], cost]);
    return result;
  }
}

/** What a process has used so far, in microseconds. */
async function processorTime(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The name before them is in parentheses and may hold anything.
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
  return (Number(user) + Number(system)) * TICK_US;
}
