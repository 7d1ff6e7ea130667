begin;
select plan(3);

select set_eq(
    $$ select source::text from analytics.view_sources where view_name = 'mv_weakness_patterns' $$,
    array['analytics.fact_lane_scores', 'analytics.mv_lane_score_distribution'],
    'a table behind a plain view, and a view as a source of its own'
);
select results_eq(
    $$ select view_name, depth from freshet.refresh_order() where view_name in ('mv_lane_score_distribution', 'mv_weakness_patterns') $$,
    $$ values ('mv_lane_score_distribution'::text, 0), ('mv_weakness_patterns', 1) $$,
    'sources come before the views that read them'
);
select is_empty(
    $$ select s.source from analytics.view_sources as s join pg_class as c on c.oid = s.source
       where c.relkind <> 'm' and s.source not in (select to_regclass('analytics.' || v.view_name) from analytics.incremental_views as v) and not exists (
           select from pg_trigger as t where t.tgrelid = s.source and t.tgname = 'freshet_note_source_change') $$,
    'every source table has its change trigger'
);

select * from finish();
rollback;
