-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/core/registry/has_change_trigger.sql

-- Object: freshet.has_change_trigger()
-- Why: what freshet.put_change_trigger() made can be undone by a restore, a bulk load or an operator. Asked for each
--      source of each pass of the audit, so it is PL/pgSQL, which plans its query once in a session.
create or replace function freshet.has_change_trigger(relation oid, trigger_name text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return exists (
        select
        from pg_catalog.pg_trigger as t
        join pg_catalog.pg_class as c on c.oid = t.tgrelid
        where t.tgrelid = has_change_trigger.relation
            and t.tgname = has_change_trigger.trigger_name
            -- All four events, unless the triggers that log its keys note three of them.
            and (
                t.tgname like 'freshet\_log\_%'
                or t.tgtype & 60 = 60
                or exists (select from analytics.source_keys as k where k.source = t.tgrelid)
            )
            and (t.tgenabled = 'A' or (t.tgenabled = 'O' and not pg_has_role(c.relowner, 'usage')))
    );
end
$$;

-- supabase/schemas/core/incremental/is_filled.sql

-- Object: freshet.is_filled()
-- Why: PostgreSQL knows of a materialized view whether it has rows to read; a table always has. So an incremental view
--      counts as filled once it was refreshed. Asked for each view of each pass of the audit, so it is PL/pgSQL, which
--      plans its query once in a session.
create or replace function freshet.is_filled(declared analytics.views)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select c.relispopulated and (c.relkind = 'm' or declared.refreshed_at is not null)
        from pg_catalog.pg_class as c
        where c.oid = to_regclass(format('analytics.%I', declared.view_name))
    );
end
$$;

reset check_function_bodies;
