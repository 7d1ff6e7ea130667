begin;
select plan(4);

select is(
    (select indexdef from pg_indexes where schemaname = 'analytics' and indexname = 'analytics_heatmap_agg_idx'),
    'CREATE INDEX analytics_heatmap_agg_idx ON analytics.analytics_heatmap_agg USING btree (week_start, question_id)',
    'the index of the runbook'
);
select is(
    (select indexdef from pg_indexes where schemaname = 'analytics' and indexname = 'analytics_heatmap_agg_key'),
    'CREATE UNIQUE INDEX analytics_heatmap_agg_key ON analytics.analytics_heatmap_agg USING btree (question_id, lesion, topic, week_start)',
    'beside the unique key'
);
select results_eq(
    $$ select jobname::text collate "default", schedule from cron.job where jobname in ('refresh-analytics_heatmap_agg', 'refresh-mv_lesion_topic_weeks') order by 1 $$,
    $$ values ('refresh-analytics_heatmap_agg'::text, '8,23,38,53 * * * *'::text), ('refresh-mv_lesion_topic_weeks', '9,24,39,54 * * * *') $$,
    'one job for each view'
);
select results_eq(
    $$ select view_name, source::text from analytics.view_sources where view_name in ('analytics_heatmap_agg', 'mv_lesion_topic_weeks') order by 1, 2 $$,
    $$ values ('analytics_heatmap_agg'::text, 'questions'::text), ('analytics_heatmap_agg', 'responses'),
              ('mv_lesion_topic_weeks', 'questions'), ('mv_lesion_topic_weeks', 'responses') $$,
    'both tables are watched, through the plain view'
);

select * from finish();
rollback;
