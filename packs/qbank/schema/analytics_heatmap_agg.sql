-- Object: analytics.analytics_heatmap_agg
-- Grain: one row per question, lesion, topic and week (Monday, UTC) in which the question was answered
-- Reads: public.responses, public.questions (through analytics.question_tags)
-- Serves: /analytics/qbank/heatmap, public.analytics_heatmap_admin()
-- Refresh: by question and week, every 15 minutes
-- Why: grouped by question and week, without learners, so that admins can read it without any personal data.
create materialized view analytics.analytics_heatmap_agg as
with answers as (
    select
        r.question_id,
        t.lesion,
        t.topic,
        date_trunc('week', r.answered_at at time zone 'UTC')::date as week_start,
        r.is_correct,
        r.duration_ms
    from public.responses as r
    join analytics.question_tags as t on t.question_id = r.question_id
)
select
    a.question_id,
    a.lesion,
    a.topic,
    a.week_start,
    count(*) as attempts,
    count(*) filter (where a.is_correct) as correct_attempts,
    round((count(*) filter (where a.is_correct))::numeric / count(*), 2) as accuracy_rate,
    round((percentile_cont(0.5) within group (order by a.duration_ms))::numeric, 1) as median_duration_ms
from answers as a
group by a.question_id, a.lesion, a.topic, a.week_start
with no data;

create unique index analytics_heatmap_agg_key
    on analytics.analytics_heatmap_agg (question_id, lesion, topic, week_start);

create index analytics_heatmap_agg_idx
    on analytics.analytics_heatmap_agg (week_start, question_id);

comment on materialized view analytics.analytics_heatmap_agg is
    'How a question was answered in one week, without any data about the learners.';

comment on column analytics.analytics_heatmap_agg.lesion is 'Normalised: see analytics.question_tags.';

comment on column analytics.analytics_heatmap_agg.week_start is 'Monday of the ISO week of the UTC timestamp.';

comment on column analytics.analytics_heatmap_agg.accuracy_rate is 'correct_attempts / attempts, two decimals, half away from zero.';

comment on column analytics.analytics_heatmap_agg.median_duration_ms is 'Exact median of the measured durations; null when none was measured.';

select analytics.register_view(
    view_name => 'analytics_heatmap_agg',
    pack => 'qbank',
    schedule => '8,23,38,53 * * * *',
    stale_after => '35 minutes',
    source_at => 'public.responses.answered_at',
    incremental => true
);
