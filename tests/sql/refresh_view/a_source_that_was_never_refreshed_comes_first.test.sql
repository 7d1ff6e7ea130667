begin;
select plan(6);

-- As in a database that no job has refreshed yet.
update analytics.views set refreshed_at = null where view_name in ('mv_lane_score_distribution', 'mv_weakness_patterns');
select is(
    (select outcome from analytics.refresh_view('mv_weakness_patterns')), 'refreshed',
    'a view whose source was never refreshed is refreshed, not failed'
);
select is(
    (select refreshed_at is not null from analytics.views where view_name = 'mv_lane_score_distribution'), true,
    'its source came first'
);
select is(
    (select l.view_name from analytics.refresh_log as l where l.view_name in ('mv_lane_score_distribution', 'mv_weakness_patterns')
     and l.outcome = 'refreshed' order by l.id limit 1), 'mv_lane_score_distribution',
    'and has a row of its own in the ledger'
);

-- A materialized view, which PostgreSQL refuses to read.
create materialized view analytics.probe_source as select s.status, count(*) as n from public.submissions as s group by 1 with no data;
create unique index on analytics.probe_source (status);
create materialized view analytics.probe_reader as select sum(p.n) as n, 1 as id from analytics.probe_source as p with no data;
create unique index on analytics.probe_reader (id);
select analytics.register_view('probe_source', 'probe', '0 0 1 1 *', '1 hour');
select analytics.register_view('probe_reader', 'probe', '0 0 1 1 *', '1 hour');
select is((select outcome from analytics.refresh_view('probe_reader')), 'refreshed', 'the same of materialized views');
refresh materialized view analytics.probe_source with no data;
update analytics.views set source_snapshot = null where view_name = 'probe_reader';
select is((select outcome from analytics.refresh_view('probe_reader')), 'refreshed', 'also where one was emptied by hand');
select is((select relispopulated from pg_class where oid = 'analytics.probe_source'::regclass), true, 'it is filled again');

select * from finish();
rollback;
