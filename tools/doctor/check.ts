import type { Finding } from "./finding.ts";
import type { Kind } from "./kinds.ts";
import type { Patient } from "./patient.ts";

/** One examination: all that it can find is named, so that what could not be examined can be told. */
export interface Check {
  readonly name: string;
  readonly kinds: readonly Kind[];
  /** What it takes; without it there is nothing to examine. Default: pg_cron in this database. */
  readonly needs?: "anything" | "freshet" | "net";
  run(patient: Patient): Promise<readonly Finding[]> | readonly Finding[];
}
