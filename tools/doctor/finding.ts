import type { Kind, Severity } from "./kinds.ts";

/** One thing that is wrong. */
export interface Finding {
  readonly kind: Kind;
  /** The subject: a job, a view, or a part of pg_cron. */
  readonly subject: string;
  /** What is wrong, with the value, in a sentence. */
  readonly message: string;
  readonly job?: string;
  readonly jobid?: number;
  /** The name that a job goes by instead. */
  readonly renamed_to?: string;
  /** The owner of the job. */
  readonly owner?: string;
  readonly view?: string;
  readonly schedule?: string;
  readonly runid?: number;
  /** Set when it is lower than that of the kind: trouble that is over is a remark. */
  readonly severity?: Severity;
  /** SQL that repairs it, for a database without Freshet; null when a person has to look first. */
  readonly repair: string | null;
}

/** A finding as it is reported. */
export interface Diagnosis extends Omit<Finding, "repair" | "kind" | "severity"> {
  /** One of the audit's: where Freshet is installed, more than the doctor finds itself. */
  readonly kind: string;
  readonly severity: Severity;
  readonly repair_sql: string | null;
  readonly runbook: string;
}

/** A check that could not run: whether there is trouble is unknown. */
export interface Unchecked {
  readonly check: string;
  readonly kinds: readonly Kind[];
  readonly reason: string;
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
