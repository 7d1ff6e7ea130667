import { checkAccess } from "./check_access.ts";
import { checkCounts } from "./check_counts.ts";
import { cleanUp } from "./clean_up.ts";
import { Connection } from "./connection.ts";
import type { Subject } from "./find_subject.ts";
import { measure, type Measurements } from "./measure.ts";
import { synthesisOf } from "./subject.ts";
import { newRun } from "./synthetic_ids.ts";
import type { Target } from "./target.ts";
import { writeRows } from "./write_rows.ts";

export interface Verification {
  readonly mode: "dry_run" | "full" | "clean_up";
  readonly rows: number;
  /** On abort, the written rows are removed and the verification rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

/** @returns null if nothing was measured */
export async function verifyView(
  subject: Subject,
  target: Target,
  { mode, rows, signal, report }: Verification,
): Promise<Measurements | null> {
  const { pack } = subject;
  const service = new Connection(target, target.secretKey);
  const anybody = new Connection(target, target.publishableKey);
  if (mode === "clean_up") {
    await cleanUp(pack, null, service);
    report(`nothing synthetic is left in ${pack.tables.map(({ name }) => name).join(", ")}`);
    return null;
  }
  await checkAccess(subject, { service, anybody, report });
  report("ready to write synthetic data");
  if (mode === "dry_run") return null;

  const synthesis = synthesisOf(newRun(), Date.now());
  signal.throwIfAborted();
  try {
    await writeRows(pack, { synthesis, rows, signal }, service);
    report(`${rows.toLocaleString("en")} synthetic rows are written`);
    const measurements = await measure(subject, { synthesis, rows, signal }, service);
    const counted = await checkCounts(subject, synthesis, service);
    if (counted !== null) report(`the view counts all ${counted.toLocaleString("en")} that were written up to now`);
    return measurements;
  } finally {
    await cleanUp(pack, synthesis.run, service);
    report("removed: no synthetic row is left in any table or view");
  }
}
