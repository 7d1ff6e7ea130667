import type { Manifest } from "./manifest.ts";
import { isOutside, objectsOf, type Selection } from "./selection.ts";

/** A migration that is written for the project, and is in no area. */
export interface OwnMigration {
  readonly name: string;
  readonly text: string;
}

export const FOUND_BEFORE = "freshet__found_before";
export const AUDIT_ALONE = "freshet__audit_alone";
export const READ_API = "freshet__read_api";

/** What was there before, so that `remove` leaves it. The first of all. */
export function foundBefore(manifest: Manifest): OwnMigration {
  const roles = Object.values(manifest.areas).flatMap((area) => area.roles).map((role) => `'${role}'`);
  const text = `-- What was here before Freshet, so that npx freshet remove leaves it.
do $$
begin
    if to_regnamespace('analytics') is not null or to_regnamespace('freshet') is not null then
        raise exception using
            errcode = 'duplicate_schema',
            message = 'a schema "analytics" or "freshet" is here already',
            hint = 'Rename yours before, or leave Freshet out.';
    end if;
end
$$;

create schema freshet;

create table freshet.found_before (
    kind text not null,
    name text not null,
    primary key (kind, name)
);

alter table freshet.found_before enable row level security;

revoke all on table freshet.found_before from public, anon, authenticated;

comment on table freshet.found_before is 'What the project had before Freshet: npx freshet remove leaves it.';

insert into freshet.found_before (kind, name)
select 'extension', e.extname from pg_catalog.pg_extension as e
union
select 'role', r.rolname from pg_catalog.pg_roles as r where r.rolname = any (array[${roles.join(", ")}]::name[]);

do $$
begin
    if to_regclass('vault.secrets') is not null then
        execute 'insert into freshet.found_before (kind, name)
            select distinct ''secret'', s.name from vault.secrets as s where s.name is not null';
    end if;
    if to_regclass('storage.buckets') is not null then
        execute 'insert into freshet.found_before (kind, name) select ''bucket'', b.id from storage.buckets as b';
    end if;
end
$$;
`;
  return { name: FOUND_BEFORE, text };
}

/** Profile audit: without the jobs that only reads and exports need. */
export function auditAlone(manifest: Manifest): OwnMigration {
  const names = (manifest.areas["audit"]?.jobs.names ?? []).map((name) => `'${name}'`);
  const text = `-- Profile audit: nothing is read and nothing exported, so the jobs for that are taken away.
do $$
declare
    needless text;
begin
    for needless in
        select j.job_name from analytics.scheduled_jobs as j where j.job_name not in (${names.join(", ")})
    loop
        perform cron.unschedule(needless);
        perform freshet.withdraw_job(needless);
    end loop;
end
$$;
`;
  return { name: AUDIT_ALONE, text };
}

/** From profile audit to core: the jobs come back. */
export function readApi(manifest: Manifest): OwnMigration {
  const statements = manifest.areas["core"]?.jobs.statements ?? [];
  return { name: READ_API, text: `-- Profile core: the jobs of refreshes and exports.\n${statements.join("\n\n")}\n` };
}

/** The names that an area would make outside our schemas: tables, views, functions and types of the application. */
export function namesOutside(manifest: Manifest, selection: Selection): readonly string[] {
  return objectsOf(manifest, selection)
    .flatMap(({ functions, relations, types }) => [...Object.keys(functions), ...relations, ...types])
    .filter(isOutside);
}
