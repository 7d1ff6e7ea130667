import type { PackSubject } from "../../tools/verify/subject.ts";

/** The pack has no materialized view: its tables are kept by jobs that its own tests verify. */
export const subject: PackSubject = { pack: "study", tables: [], views: [] };
