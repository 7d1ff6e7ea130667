-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/audit/kinds/source_unwatched.sql

create or replace function freshet.find_source_unwatched()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with wanted as (
        -- A view's refresh logs its own change.
        select s.view_name, s.source, 'freshet_note_source_change' as trigger
        from analytics.view_sources as s
        join pg_catalog.pg_class as c on c.oid = s.source and c.relkind in ('r', 'p')
        where not exists (
            select from analytics.incremental_views as i where to_regclass(format('analytics.%I', i.view_name)) = s.source
        )
        union
        select m.view_name, m.source, 'freshet_log_' || e.event
        from analytics.view_mappings as m
        join pg_catalog.pg_class as c on c.oid = m.source
        cross join unnest(array['insert', 'update', 'delete', 'truncate']) as e (event)
    ),
    faults as (
        select w.view_name, format('%s has no enabled trigger %s', w.source, w.trigger) as fault
        from wanted as w
        where not freshet.has_change_trigger(w.source, w.trigger)
        union all
        select s.view_name, u.reason
        from freshet.unseen_sources() as u
        join analytics.view_sources as s on s.source = u.source
    )
    select
        f.view_name,
        jsonb_build_object(
            'view', f.view_name,
            'message', format('writes are not logged: %s', string_agg(f.fault, '; ' order by f.fault))
        )
    from faults as f
    group by f.view_name;
$$;

comment on function freshet.find_source_unwatched() is 'Kind source_unwatched: views of which a source lacks an enabled trigger, or is written to in a way that no trigger sees.';

reset check_function_bodies;
