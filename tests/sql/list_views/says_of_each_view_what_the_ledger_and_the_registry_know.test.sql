begin;
select plan(24);

create table public.listed_source (id integer primary key, grp integer not null);
insert into public.listed_source select n, n % 5 from generate_series(1, 100) as n;
create materialized view analytics.mv_listed as select id from public.listed_source with no data;
create unique index mv_listed_key on analytics.mv_listed (id);
create materialized view analytics.mv_listed_groups as select grp, count(*) as row_count from public.listed_source group by grp with no data;
create unique index mv_listed_groups_key on analytics.mv_listed_groups (grp);
select analytics.register_view('mv_listed', 'listed_probe', '0 0 1 1 *', '1 hour');
select analytics.register_view('mv_listed_groups', 'listed_probe', '0 0 1 1 *', '2 hours', incremental => true);

create function pg_temp.listed(name text) returns jsonb language sql as $$
    select analytics.list_views(view => name) -> 'rows' -> 0;
$$;

select is(
    pg_temp.listed('mv_listed') - 'byte_count' - 'next_refresh_at' - 'version',
    '{"view": "mv_listed", "pack": "listed_probe", "form": "materialized_view", "state": "unfilled", "age_seconds": null, "objective_seconds": 3600,
      "verified_at": null, "refreshed_at": null, "row_count": null, "is_row_count_estimated": false, "job": "refresh-mv_listed", "schedule": "0 0 1 1 *",
      "refresh_on_change_seconds": null, "last_error": null, "refreshes": [], "p50_ms": null, "p95_ms": null, "cost_ms_per_day": null, "cost_seconds": 0}'::jsonb,
    'a view that was never refreshed has no age, no rows and no cost'
);

select analytics.refresh_view('mv_listed', 'manual'), analytics.refresh_view('mv_listed_groups', 'manual');
insert into public.listed_source values (101, 1);
select analytics.refresh_view('mv_listed_groups', 'manual');
select is(pg_temp.listed('mv_listed') ->> 'state', 'fresh', 'a refreshed view is fresh');
select is(pg_temp.listed('mv_listed') ->> 'row_count', '100', 'with the rows that its refresh counted');
select is(
    (pg_temp.listed('mv_listed') ->> 'byte_count')::bigint,
    pg_relation_size('analytics.mv_listed') + pg_relation_size('analytics.mv_listed', 'fsm') + pg_relation_size('analytics.mv_listed', 'vm')
        + pg_relation_size('analytics.mv_listed_key'),
    'and the bytes of its table and index'
) from (select 1) as one where not exists (
    -- A first fill in this transaction holds the lock for which no caller may wait.
    select from pg_locks where relation = 'analytics.mv_listed'::regclass and mode = 'AccessExclusiveLock'
)
union all
select is(pg_temp.listed('mv_listed') -> 'byte_count', 'null', 'and no size while a first fill locks it') where exists (
    select from pg_locks where relation = 'analytics.mv_listed'::regclass and mode = 'AccessExclusiveLock'
);
select is(pg_temp.listed('mv_listed_groups') ->> 'form', 'table', 'a view that is refreshed by group is a table');
select is(
    array(select r ->> 'rebuilt_because' from jsonb_array_elements(pg_temp.listed('mv_listed_groups') -> 'refreshes') as r),
    array[null, 'any_group_may_have_changed'], 'its first fill computed everything, and the second refresh a group'
);
select is(pg_temp.listed('mv_listed_groups') #>> '{refreshes,0,group_count}', '1', 'of one');
select is(pg_temp.listed('mv_listed_groups') #>> '{refreshes,0,changed_count}', '1', 'and its row');
select is(pg_temp.listed('mv_listed') #>> '{refreshes,0,rebuilt_because}', null, 'a materialized view is computed whole each time, for no reason');

update analytics.views set verified_at = now() - interval '3601 seconds' where view_name = 'mv_listed';
select is(pg_temp.listed('mv_listed') ->> 'state', 'stale', 'over its objective it is stale');
select is(pg_temp.listed('mv_listed') ->> 'age_seconds', '3601', 'by its age');

-- A ledger of 2,000 attempts in ten days, of which each takes n milliseconds, a tenth fails and a tenth is skipped.
delete from analytics.refresh_log where view_name = 'mv_listed';
insert into analytics.refresh_log (view_name, requested_by, started_at, finished_at, outcome, rows_after, sqlstate, message)
select
    'mv_listed', 'schedule', at.began, at.began + n * interval '1 millisecond',
    case n % 10 when 0 then 'failed' when 1 then 'skipped_clean' else 'refreshed' end, n,
    case when n % 10 = 0 then '57014' end, case when n % 10 = 0 then 'attempt ' || n end
from generate_series(1, 2000) as n
cross join lateral (select now() - (2000 - n) * interval '10 days' / 2000 as began) as at;

select is(jsonb_array_length(pg_temp.listed('mv_listed') -> 'refreshes'), 30, 'the last thirty attempts');
select results_eq(
    $$ select (r.value ->> 'started_at')::timestamptz, r.value ->> 'outcome', (r.value ->> 'duration_ms')::bigint
       from jsonb_array_elements(pg_temp.listed('mv_listed') -> 'refreshes') with ordinality as r order by r.ordinality $$,
    $$ select l.started_at, l.outcome, l.rows_after from analytics.refresh_log as l where l.view_name = 'mv_listed' order by l.started_at desc limit 30 $$,
    'newest first'
);
-- 1971 to 2000 without those that end in 0 or 1: 24 durations. By the nearest rank, the 12th and the 23rd.
select is(pg_temp.listed('mv_listed') ->> 'p50_ms', '1985', 'the median of those that refreshed');
select is(pg_temp.listed('mv_listed') ->> 'p95_ms', '1998', 'and their 95th percentile');
select is(pg_temp.listed('mv_listed') #>> '{last_error,message}', 'attempt 2000', 'the newest failure');
-- The newest thousand reach back five days less one attempt: 1,001 to 2,000 ms.
select is(pg_temp.listed('mv_listed') ->> 'cost_seconds', '431568', 'the cost is measured over what was read');
select is(
    (pg_temp.listed('mv_listed') ->> 'cost_ms_per_day')::bigint, round(1500500 * 86400.0 / 431568)::bigint, 'and is theirs for a day'
);
delete from analytics.refresh_log where view_name = 'mv_listed' and rows_after % 10 <> 0;
select is(pg_temp.listed('mv_listed') ->> 'cost_seconds', '604800', 'of a longer ledger no more than seven days count');
select is(
    (pg_temp.listed('mv_listed') ->> 'cost_ms_per_day')::bigint,
    (select round(sum(l.rows_after) / 7)::bigint from analytics.refresh_log as l where l.view_name = 'mv_listed' and l.started_at > now() - interval '7 days'),
    'with the attempts of these days'
);
select is(pg_temp.listed('mv_listed') ->> 'p50_ms', null, 'no median without one that refreshed');

select is(
    array(select r ->> 'view' from jsonb_array_elements(analytics.list_views(pack => 'listed_probe') -> 'rows') as r),
    array['mv_listed', 'mv_listed_groups'], 'a pack''s views by name'
);
select is(analytics.list_views(pack => 'listed_probe', page_size => 1) ->> 'next_cursor', 'mv_listed', 'the last name is the cursor');
select is(
    analytics.list_views(pack => 'listed_probe', after_view => 'mv_listed', page_size => 1) #>> '{rows,0,view}', 'mv_listed_groups', 'and begins the next page'
);

select * from finish();
rollback;
