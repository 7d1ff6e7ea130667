begin;
select plan(3);

refresh materialized view analytics.mv_lane_score_distribution with no data;
select is(
    (select outcome from analytics.refresh_view('mv_weakness_patterns')), 'refreshed',
    'a view whose source was never refreshed is refreshed, not failed'
);
select is(
    (select relispopulated from pg_class where oid = 'analytics.mv_lane_score_distribution'::regclass), true,
    'its source came first'
);
select is(
    (select l.view_name from analytics.refresh_log as l where l.view_name in ('mv_lane_score_distribution', 'mv_weakness_patterns')
     and l.outcome = 'refreshed' order by l.id limit 1), 'mv_lane_score_distribution',
    'and has a row of its own in the ledger'
);

select * from finish();
rollback;
