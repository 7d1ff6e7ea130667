begin;
select plan(5);

select set_eq(
    $$ select format('%s on %s', x.relname, t.relname) from pg_index as i join pg_class as x on x.oid = i.indexrelid join pg_class as t on t.oid = i.indrelid
       where t.relnamespace = 'analytics'::regnamespace and t.relname in ('mv_lane_score_distribution', 'mv_weakness_patterns', 'mv_agent_progress', 'mv_time_to_first_win')
       and x.relname like 'idx%' $$,
    array[
        'idx_mv_lane_dist_pk on mv_lane_score_distribution', 'idx_mv_weakness_pk on mv_weakness_patterns', 'idx_mv_weakness_category on mv_weakness_patterns',
        'idx_mv_progress_pk on mv_agent_progress', 'idx_mv_ttfw_pk on mv_time_to_first_win'
    ],
    'the indexes of the arena'
);
select set_eq(
    $$ select x.relname::text from pg_index as i join pg_class as x on x.oid = i.indexrelid
       where i.indrelid in ('analytics.fact_scenario_attempts'::regclass, 'analytics.analytics_heatmap_agg'::regclass) and x.relname ~ '^idx|_idx$' and x.relname !~ '_(newest|started_at)$' $$,
    array['idx_fact_attempts_org_date', 'idx_fact_attempts_user_date', 'idx_fact_attempts_scenario', 'idx_covering', 'analytics_heatmap_agg_idx'],
    'of the facts, besides ours for the newest rows, and of the heatmap'
);
select set_eq(
    $$ select format('%s by %s', t.tgname, t.tgfoid::regproc) from pg_trigger as t
       where t.tgrelid = 'public.scenario_attempts'::regclass and t.tgname = 'populate_fact_on_completion' $$,
    array['populate_fact_on_completion by freshet.trigger_populate_fact'],
    'the trigger and its function'
);
select set_eq(
    $$ select format('%s by %s', t.tgname, t.tgfoid::regproc) from pg_trigger as t
       where t.tgrelid = 'public.submissions'::regclass and not t.tgisinternal and t.tgname !~ '^(freshet|submissions_were)' $$,
    array['trg_notify_submission_scored by freshet.notify_submission_scored'],
    'that of the arena, which notifies'
);
insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) values ('u1');
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000a1', 'u1');
insert into public.scenario_attempts (org_id, user_id, started_at) values ('00000000-0000-0000-0000-0000000000a1', 'u1', '2026-03-01 10:00+00');
alter table public.scenario_attempts disable trigger populate_fact_on_completion;
update public.scenario_attempts set status = 'started';
alter table public.scenario_attempts enable trigger populate_fact_on_completion;
update public.scenario_attempts set status = 'completed';
select is((select count(*) from analytics.fact_scenario_attempts), 1::bigint, 'it is the one that writes the fact when an attempt is completed');

select * from finish();
rollback;
