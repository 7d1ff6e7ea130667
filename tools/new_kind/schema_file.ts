import type { SchemaFile } from "../schema/areas.ts";
import type { NewKind } from "./names.ts";

/** Values that the file of a new kind takes from the existing schema files. */
export interface Neighbours {
  /** The schema of the functions that clients never reach. */
  readonly schema: string;
  /** A detector's place in the pass: after all others. */
  readonly place: number;
}

/** @throws Error if the audit's schema files no longer have the expected form */
export function neighboursOf(files: readonly SchemaFile[]): Neighbours {
  const texts = files.filter(({ area }) => area === "audit").map(({ sql }) => sql);
  const schema = texts.map((sql) => /^create function (\w+)\.observe_findings\(/m.exec(sql)?.[1]).find((one) => one);
  if (schema === undefined) {
    throw new Error("No schema file of the audit makes observe_findings(), by which a detector tells what it finds");
  }
  const places = texts.flatMap((sql) =>
    [...sql.matchAll(/^insert into analytics\.audit_detectors \(place,[\s\S]*?;$/gm)]
      .flatMap(([statement]) => [...statement.matchAll(/\(\s*(\d+),\s*'/g)].map(([, place]) => Number(place)))
  );
  return { schema, place: Math.ceil((Math.max(0, ...places) + 1) / 5) * 5 };
}

/** The kind's row, its detector's row, and a detector that finds nothing yet. */
export function schemaSource({ kind, severity }: NewKind, { schema, place }: Neighbours): string {
  return `insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('${kind}', '${severity}', false, false, '${sentence(kind)}.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    ${place}, '${kind}',
    '${schema}.observe_findings(''${kind}'', array(select f from ${schema}.find_${kind}() as f), array(select v.view_name from analytics.views as v))',
    false
);

create function ${schema}.find_${kind}()
returns setof ${schema}.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- One row for each subject that is bad now: here a view. The detector's row names all subjects that exist.
    select
        v.view_name,
        jsonb_build_object(
            'view', v.view_name,
            'message', format('view "%s" is in trouble', v.view_name)
        )
    from analytics.views as v
    where false;
$$;

revoke all on function ${schema}.find_${kind}() from public, anon, authenticated;

comment on function ${schema}.find_${kind}() is 'Kind ${kind}: views that are in trouble.';
`;
}

/** "slow_refresh" becomes "Slow refresh". */
export function sentence(kind: string): string {
  const words = kind.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
