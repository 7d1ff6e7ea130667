-- Kind: unrefreshed
-- Means: no job refreshes these materialized views.
-- Detector: freshet.detect_refreshes() in audit/detectors/ calls the one below.
-- Why: their rows are as old as the last refresh by hand, and no error says so.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('unrefreshed', 'warning', false, false, 'Materialized views that no job refreshes: their rows are as old as the last refresh by hand.');

create function freshet.find_unrefreshed_views()
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    candidates constant text[] := array(
        select w.schema_name || '.' || w.relation_name
        from freshet.watchable_views() as w
        where not w.is_registered
            and not exists (
                select from analytics.unwatched_views as u where u.view_name = w.schema_name || '.' || w.relation_name
            )
        order by 1
    );
begin
    if candidates = '{}' then
        return candidates;
    end if;
    return array(
        with refreshes as materialized (select r.view_name, r.is_dynamic from freshet.refreshes_of_jobs() as r)
        select c.name
        from unnest(candidates) as c (name)
        where not exists (select from refreshes as r where r.view_name = c.name or r.is_dynamic)
            -- Or a trigger refreshes it on a write.
            and not exists (
                select
                from pg_trigger as t
                join pg_proc as p on p.oid = t.tgfoid
                where not t.tgisinternal and t.tgenabled <> 'D' and p.prosrc ~* '\mrefresh\s+materialized\s+view\M'
                    and (
                        freshet.is_dynamic_refresh(p.prosrc)
                        or exists (
                            select from freshet.refreshes_in(p.prosrc) as f
                            where c.name like '%.' || replace(replace(f.relation_name, '\', '\\'), '_', '\_')
                        )
                    )
            )
        order by c.name
    );
end
$$;

create function freshet.detect_unrefreshed()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    views constant text[] := freshet.find_unrefreshed_views();
begin
    -- All of them are one incident. One more view opens a new one.
    update analytics.incidents as i
    set closed_at = clock_timestamp(), resolution = 'escalated'
    where i.kind = 'unrefreshed' and i.closed_at is null
        and views <> '{}'
        and exists (select from unnest(views) as v (name) where not coalesce(i.evidence -> 'views' ? v.name, false));

    perform freshet.observe(
        kind => 'unrefreshed',
        subject => 'materialized views',
        state => case when views = '{}' then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'views', to_jsonb(views),
            'message', format(
                'no job refreshes %s: %s', case cardinality(views) when 1 then 'this materialized view' else cardinality(views) || ' materialized views' end,
                array_to_string(views[1:20], ', ') || case when cardinality(views) > 20 then ', …' else '' end
            )
        )
    )
    where views <> '{}' or freshet.is_watched('unrefreshed', 'materialized views');
end
$$;

revoke all on function freshet.find_unrefreshed_views() from public, anon, authenticated;

revoke all on function freshet.detect_unrefreshed() from public, anon, authenticated;

comment on function freshet.find_unrefreshed_views() is
    'Views that are not registered and that neither a job nor a trigger refreshes. Empty where a job refreshes names that it puts together at run time: those are not known.';

comment on function freshet.detect_unrefreshed() is 'Kind unrefreshed: one incident for all views that no job refreshes.';
