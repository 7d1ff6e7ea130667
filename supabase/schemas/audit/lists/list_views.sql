-- Object: analytics.list_views()
-- Serves: /analytics/ops/views
-- Why: which view is old, slow, large or dear. A page reads of the ledger, by its index, the newest 1,000 attempts of each of
--      its views at most, however long the ledger is; of a view it reads nothing but its size.
-- Why is_locked: the size of a relation is read under a lock, for which a first fill would make every caller wait.
create function analytics.list_views(
    view text default null,
    pack text default null,
    after_view text default null,
    page_size integer default 50
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with matching as (
        select v.view_name
        from analytics.views as v
        where (list_views.view is null or v.view_name = list_views.view)
            and (list_views.pack is null or v.pack = list_views.pack)
            and coalesce(v.view_name collate "C" > after_view collate "C", true)
        order by v.view_name collate "C"
        -- One row more than the page, to know whether another page follows.
        limit page_size + 1
    ),
    page as materialized (
        select m.view_name, to_regclass(format('analytics.%I', m.view_name)) as relation
        from matching as m
        order by m.view_name collate "C"
        limit page_size
    ),
    locked as (
        select l.relation
        from pg_catalog.pg_locks as l
        where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.granted
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
    )
    select jsonb_build_object(
        'rows', coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'view', p.view_name,
                    'pack', v.pack,
                    'form', case when i.view_name is null then 'materialized_view' else 'table' end,
                    'state', case
                        when not f.is_filled then 'unfilled'
                        when now() - v.verified_at > v.stale_after then 'stale'
                        else 'fresh'
                    end,
                    'age_seconds', case when v.verified_at is not null then greatest(0, floor(extract(epoch from now() - v.verified_at)))::bigint end,
                    'objective_seconds', floor(extract(epoch from v.stale_after))::bigint,
                    'verified_at', v.verified_at,
                    'refreshed_at', v.refreshed_at,
                    'version', v.version,
                    'row_count', coalesce(v.row_count, case when c.reltuples >= 0 then c.reltuples::bigint end),
                    'is_row_count_estimated', v.row_count is null and coalesce(c.reltuples >= 0, false),
                    'byte_count', case
                        when p.relation::oid = any (array(select l.relation from locked as l)) then null
                        else pg_total_relation_size(p.relation)
                    end,
                    'job', v.job_name,
                    'schedule', v.schedule,
                    'next_refresh_at', freshet.next_slot_after(w.next_slot_at, w.schedule, w.period, now()),
                    'refresh_on_change_seconds', floor(extract(epoch from v.refresh_on_change))::bigint,
                    'last_error', a.last_error,
                    'refreshes', a.refreshes,
                    'p50_ms', a.p50_ms,
                    'p95_ms', a.p95_ms,
                    'cost_ms_per_day', case
                        when s.seconds >= 3600 then round(a.spent_ms * 86400 / s.seconds)::bigint
                    end,
                    'cost_seconds', s.seconds
                )
                order by p.view_name collate "C"
            ),
            '[]'
        ),
        'next_cursor', case when (select count(*) from matching) > page_size then max(p.view_name collate "C") end
    )
    from page as p
    join analytics.views as v on v.view_name = p.view_name
    left join pg_catalog.pg_class as c on c.oid = p.relation
    left join analytics.incremental_views as i on i.view_name = p.view_name
    left join analytics.job_slots as w on w.job_name = v.job_name
    cross join lateral (
        select coalesce(freshet.is_filled(v), false) and v.verified_at is not null as is_filled
    ) as f
    cross join lateral (
        select
            coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'refresh_id', l.id,
                        'requested_by', l.requested_by,
                        'outcome', l.outcome,
                        'started_at', l.started_at,
                        'duration_ms', l.ms,
                        'row_count', l.rows_after,
                        'changed_count', l.changed_count,
                        'group_count', l.group_count,
                        -- Only an incremental view counts what changed.
                        'rebuilt_because', case
                            when l.outcome <> 'refreshed' or l.changed_count is null then null
                            when l.group_count is null then 'any_group_may_have_changed'
                            when l.unexplained_count is not null then 'due_or_cheaper'
                        end
                    )
                    order by l.id desc
                ) filter (where l.place <= 30),
                '[]'
            ) as refreshes,
            percentile_disc(0.5) within group (order by l.ms) filter (where l.place <= 30 and l.outcome = 'refreshed') as p50_ms,
            percentile_disc(0.95) within group (order by l.ms) filter (where l.place <= 30 and l.outcome = 'refreshed') as p95_ms,
            (
                array_agg(
                    jsonb_build_object('refresh_id', l.id, 'at', l.started_at, 'sqlstate', l.sqlstate, 'message', left(l.message, 4000))
                    order by l.id desc
                ) filter (where l.place <= 30 and l.outcome = 'failed')
            )[1] as last_error,
            coalesce(sum(l.ms) filter (where l.started_at > now() - interval '7 days'), 0) as spent_ms,
            min(l.started_at) as since
        from (
            select
                r.*,
                round(extract(epoch from r.finished_at - r.started_at) * 1000)::bigint as ms,
                row_number() over (order by r.id desc) as place
            from analytics.refresh_log as r
            where r.view_name = p.view_name
            order by r.id desc
            limit 1000
        ) as l
    ) as a
    cross join lateral (
        select case
            when a.since is null then 0
            else floor(extract(epoch from now() - greatest(a.since, now() - interval '7 days')))::bigint
        end as seconds
    ) as s;
$$;

revoke all on function analytics.list_views(text, text, text, integer) from public, anon, authenticated;

grant execute on function analytics.list_views(text, text, text, integer) to service_role;

comment on function analytics.list_views(text, text, text, integer) is
    'A page of registered views, by name, above after_view: age and objective, rows as the last refresh counted (else the planner''s estimate), bytes, the last 30 attempts, p50 and p95 of those that refreshed, and milliseconds of refresh a day over seven days, or over the newest 1,000 attempts. Service role only. Messages are unscrubbed.';
