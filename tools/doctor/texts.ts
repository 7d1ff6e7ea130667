import type { Job, Patient } from "./patient.ts";
import { calledIn, withoutComments } from "./refreshes.ts";

/** SQL that a job runs, and the role that runs it. */
export interface DoneText {
  readonly text: string;
  readonly role: string;
}

/** Depth to which called functions are followed; the same as the audit's. */
const DEPTH = 3;

/** The command of a job, and those functions it reaches that refresh views or make HTTP calls. */
export async function textsOf(patient: Patient, job: Job): Promise<DoneText[]> {
  const found: DoneText[] = [{ text: withoutComments(job.command), role: job.username }];
  const seen = new Set<number>();
  let layer = found;
  for (let depth = 0; depth < DEPTH && layer.length > 0; depth += 1) {
    const next: DoneText[] = [];
    for (const { text, role } of layer) {
      for (const routine of await routinesCalledIn(patient, text)) {
        if (seen.has(routine.oid)) continue;
        seen.add(routine.oid);
        next.push({ text: withoutComments(routine.text), role: routine.definer ?? role });
      }
    }
    found.push(...next);
    layer = next;
  }
  return found;
}

async function routinesCalledIn({ session }: Patient, text: string) {
  const called = calledIn(text);
  if (called.length === 0) return [];
  const rows = await session`
    select distinct p.oid::bigint::float8 as oid, p.prosrc as text, case when p.prosecdef then pg_get_userbyid(p.proowner)::text end as definer
    from unnest(${called.map(({ schema }) => schema)}::text[], ${
    called.map(({ name }) => name)
  }::text[]) as c (schema, name)
    join pg_proc as p on p.proname = c.name and p.prokind in ('f', 'p')
    join pg_namespace as n on n.oid = p.pronamespace and n.nspname = coalesce(c.schema, n.nspname)
    join pg_language as l on l.oid = p.prolang and l.lanname not in ('c', 'internal')
    where n.nspname not in ('analytics', 'freshet', 'pg_catalog', 'information_schema', 'cron', 'net')`;
  return rows.map((row) => ({
    oid: Number(row["oid"]),
    text: String(row["text"]),
    definer: row["definer"] === null ? null : String(row["definer"]),
  }));
}
