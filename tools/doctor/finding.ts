import type { Kind, Severity } from "./kinds.ts";

/** One fault, as a check reports it. */
export interface Finding {
  readonly kind: Kind;
  /** The job, the view, or the part of pg_cron that has the fault. */
  readonly subject: string;
  /** A sentence that says what is wrong, with the value. */
  readonly message: string;
  readonly job?: string;
  readonly jobid?: number;
  /** The job's new name. */
  readonly renamed_to?: string;
  /** The job's owner. */
  readonly owner?: string;
  readonly view?: string;
  readonly schedule?: string;
  readonly runid?: number;
  /** If lower than the kind's severity: a fault that is over is only a note. */
  readonly severity?: Severity;
  /** SQL that repairs the fault in a database without Freshet; null if it depends on the case. */
  readonly repair: string | null;
}

/** A finding as it is reported. */
export interface Diagnosis extends Omit<Finding, "repair" | "kind" | "severity"> {
  /** A kind of the audit. If Freshet is installed, it may be one that only the audit finds. */
  readonly kind: string;
  readonly severity: Severity;
  readonly repair_sql: string | null;
  readonly runbook: string;
}

/** A check that could not run: its kinds are unknown, not absent. */
export interface Unchecked {
  readonly check: string;
  readonly kinds: readonly Kind[];
  readonly reason: string;
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
