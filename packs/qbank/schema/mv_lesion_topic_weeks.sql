-- Object: analytics.mv_lesion_topic_weeks
-- Grain: one row per lesion, topic and week (Monday, UTC) in which one of their questions was answered
-- Reads: public.responses, public.questions (through analytics.question_tags)
-- Serves: /analytics/qbank/heatmap/matrix
-- Refresh: by week, every 15 minutes, a minute after the heatmap
-- Why: a cell of the drawn heatmap covers many questions. Its median cannot be computed from the questions' medians,
--      and five questions with one answer each are a sample of five: so it reads the answers themselves, not the
--      heatmap's rows.
create materialized view analytics.mv_lesion_topic_weeks as
with answers as (
    select
        t.lesion,
        t.topic,
        date_trunc('week', r.answered_at at time zone 'UTC')::date as week_start,
        r.question_id,
        r.is_correct,
        r.duration_ms
    from public.responses as r
    join analytics.question_tags as t on t.question_id = r.question_id
)
select
    a.lesion,
    a.topic,
    a.week_start,
    count(distinct a.question_id) as question_count,
    count(*) as attempts,
    count(*) filter (where a.is_correct) as correct_attempts,
    round((count(*) filter (where a.is_correct))::numeric / count(*), 2) as accuracy_rate,
    round((percentile_cont(0.5) within group (order by a.duration_ms))::numeric, 1) as median_duration_ms
from answers as a
group by a.lesion, a.topic, a.week_start
with no data;

create unique index mv_lesion_topic_weeks_key
    on analytics.mv_lesion_topic_weeks (lesion, topic, week_start);

-- Why: an answer changes the rows of its week.
create index mv_lesion_topic_weeks_week_idx
    on analytics.mv_lesion_topic_weeks (week_start);

comment on materialized view analytics.mv_lesion_topic_weeks is 'How the questions of a lesion and topic were answered in one week.';

comment on column analytics.mv_lesion_topic_weeks.lesion is 'Normalised: see analytics.question_tags.';

comment on column analytics.mv_lesion_topic_weeks.week_start is 'Monday of the ISO week of the UTC timestamp.';

comment on column analytics.mv_lesion_topic_weeks.accuracy_rate is 'correct_attempts / attempts, two decimals, half away from zero.';

comment on column analytics.mv_lesion_topic_weeks.median_duration_ms is 'Exact median of the measured durations; null when none was measured.';

select analytics.register_view(
    view_name => 'mv_lesion_topic_weeks',
    pack => 'qbank',
    schedule => '9,24,39,54 * * * *',
    stale_after => '35 minutes',
    source_at => 'public.responses.answered_at',
    incremental => true,
    rebuild_on => '{public.questions}'
);
