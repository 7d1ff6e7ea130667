import type { Finding } from "./finding.ts";
import type { Kind } from "./kinds.ts";
import type { Patient } from "./patient.ts";

/** One check. It lists every kind that it can find, so that a check that could not run can report what is unknown. */
export interface Check {
  readonly name: string;
  readonly kinds: readonly Kind[];
  /** What the check needs; without it, the check is skipped. Default: pg_cron in this database. */
  readonly needs?: "anything" | "freshet" | "net";
  run(patient: Patient): Promise<readonly Finding[]> | readonly Finding[];
}
