-- Object: analytics.explanation_engagement
-- Grain: one row per question whose explanation was ever opened
-- Reads: public.explanation_views
-- Serves: /analytics/engagement/explanation-engagement
-- Refresh: by question, every 30 minutes
-- Why: the median and the revisits need all views of an explanation, so they are stored.
create materialized view analytics.explanation_engagement as
with question_learners as (
    select v.question_id, v.user_id, count(*) as views_count
    from public.explanation_views as v
    group by v.question_id, v.user_id
),
learner_stats as (
    select
        l.question_id,
        count(*) as learners_count,
        count(*) filter (where l.views_count > 1) as returning_count
    from question_learners as l
    group by l.question_id
),
view_stats as (
    select
        v.question_id,
        count(*) as views_count,
        percentile_cont(0.5) within group (order by v.dwell_ms)::numeric as median_dwell_ms,
        count(*) filter (where v.is_helpful) as helpful_count,
        nullif(count(v.is_helpful), 0) as rated_count
    from public.explanation_views as v
    group by v.question_id
)
select
    v.question_id,
    v.views_count,
    l.learners_count,
    -- At most halfway between two whole milliseconds: one decimal is exact.
    round(v.median_dwell_ms, 1) as median_dwell_ms,
    round(v.helpful_count::numeric / v.rated_count, 4) as helpful_rate,
    round(l.returning_count::numeric / l.learners_count, 4) as revisit_rate
from view_stats as v
join learner_stats as l on l.question_id = v.question_id
with no data;

create unique index explanation_engagement_key
    on analytics.explanation_engagement (question_id);

comment on materialized view analytics.explanation_engagement is 'Which explanations are read, help, and are opened again.';

comment on column analytics.explanation_engagement.median_dwell_ms is 'Over views whose dwell time is known; null when there is none.';

comment on column analytics.explanation_engagement.helpful_rate is
    'Helpful verdicts / verdicts, four decimals; null without a verdict.';

comment on column analytics.explanation_engagement.revisit_rate is
    'Learners who opened it more than once / learners, four decimals.';

select analytics.register_view(
    view_name => 'explanation_engagement',
    pack => 'engagement',
    schedule => '15,45 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.explanation_views.viewed_at',
    incremental => true
);
