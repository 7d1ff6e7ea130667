import type { Measurements } from "./measure.ts";
import type { Timings } from "./timings.ts";

/** The measurements as a table for people. */
export function timingsTable(measured: Measurements): string {
  const lines: [string, Timings | null][] = [
    ["refreshes", measured.refreshes],
    ["reads, idle", measured.idle_reads],
    ["reads during a refresh", measured.reads_during_refresh],
  ];
  const cell = (value: string | number) => String(value).padStart(9);
  const header = `${"milliseconds".padEnd(24)}${["count", "p50", "p95", "max"].map(cell).join("")}`;
  const rows = lines.map(([name, timings]) => {
    const cells = timings === null
      ? ["0", "-", "-", "-"]
      : [timings.count, timings.p50_ms, timings.p95_ms, timings.max_ms];
    return `${name.padEnd(24)}${cells.map(cell).join("")}`;
  });
  return ["", header, ...rows, `The first refresh, with all synthetic rows: ${measured.first_refresh_ms} ms`].join(
    "\n",
  );
}
