import type { Finding } from "./finding.ts";
import type { Kind } from "./kinds.ts";
import type { Patient } from "./patient.ts";

/** One check. It names every kind that it can find, so that the doctor can report which kinds were not checked. */
export interface Check {
  readonly name: string;
  readonly kinds: readonly Kind[];
  /** The requirement; without it there is nothing to check. Default: pg_cron in this database. */
  readonly needs?: "anything" | "freshet" | "net";
  run(patient: Patient): Promise<readonly Finding[]> | readonly Finding[];
}
