-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/qbank/schema/analytics_heatmap_admin.sql

-- Object: freshet.analytics_heatmap_admin(), public.analytics_heatmap_admin()
-- Why: with analytics_refresh_heatmap() the interface of the heatmap's runbook. Non-admins never reach the view: the
--      caller is checked, admin by verified claim or the service role, before anything is read. A thin invoker function
--      in public, the definer in freshet: a security definer function that clients may execute in an exposed schema is
--      an advisor finding.
create or replace function freshet.analytics_heatmap_admin()
returns table (
    question_id uuid,
    lesion text,
    topic text,
    week_start date,
    attempts bigint,
    correct_attempts bigint,
    accuracy_rate numeric,
    median_duration_ms numeric
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.assert_operator();
    if not (select freshet.is_filled(v) from analytics.views as v where v.view_name = 'analytics_heatmap_agg') then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = 'the heatmap was never refreshed',
            hint = 'Wait for its job refresh-analytics_heatmap_agg, or select public.analytics_refresh_heatmap().';
    end if;
    return query
    select
        h.question_id, h.lesion, h.topic, h.week_start,
        h.attempts, h.correct_attempts, h.accuracy_rate, h.median_duration_ms
    from analytics.analytics_heatmap_agg as h
    order by h.week_start, h.question_id, h.lesion, h.topic;
end
$$;

-- packs/qbank/schema/responses.sql

-- Why: analytics.mv_lesion_topic_weeks is refreshed by week.
create index responses_week_idx on public.responses ((date_trunc('week', answered_at at time zone 'UTC')::date));

-- packs/qbank/schema/analytics_heatmap_agg.sql

select analytics.register_view(
    view_name => 'analytics_heatmap_agg',
    pack => 'qbank',
    schedule => '8,23,38,53 * * * *',
    stale_after => '35 minutes',
    source_at => 'public.responses.answered_at',
    incremental => true
);

-- packs/qbank/schema/mv_lesion_topic_weeks.sql

select analytics.register_view(
    view_name => 'mv_lesion_topic_weeks',
    pack => 'qbank',
    schedule => '9,24,39,54 * * * *',
    stale_after => '35 minutes',
    source_at => 'public.responses.answered_at',
    incremental => true,
    rebuild_on => '{public.questions}'
);

-- Why: an answer changes the rows of its week.
create index mv_lesion_topic_weeks_week_idx
    on analytics.mv_lesion_topic_weeks (week_start);

reset check_function_bodies;
