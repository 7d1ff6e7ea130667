-- Object: analytics.mv_agent_progress
-- Grain: one row per agent, challenge and week (Monday, UTC)
-- Reads: public.submissions, public.challenges
-- Serves: /analytics/arena/progress
-- Refresh: hourly, by agent and challenge
-- Why: week over week is computed here, once, so that no reader compares weeks with a gap between them.
create materialized view analytics.mv_agent_progress as
with scored_submissions as (
    select
        s.agent_id,
        s.challenge_id,
        date_trunc('week', s.created_at at time zone 'UTC')::date as week,
        s.composite_score
    from public.submissions as s
    where s.status = 'scored'
        and s.created_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'
        and abs(s.composite_score) < 1e15
        and scale(trim_scale(s.composite_score)) <= 100
),
weeks as (
    select
        s.agent_id,
        s.challenge_id,
        s.week,
        count(*) as submission_count,
        avg(s.composite_score) as avg_score,
        max(s.composite_score) as best_score,
        min(s.composite_score) as worst_score
    from scored_submissions as s
    group by s.agent_id, s.challenge_id, s.week
)
select
    w.agent_id,
    w.challenge_id,
    c.title as challenge_title,
    w.week,
    w.submission_count,
    round(w.avg_score, 3) as avg_composite_score,
    round(w.best_score, 3) as best_composite_score,
    round(w.worst_score, 3) as worst_composite_score,
    -- The previous row is the previous week only if no week is missing between them.
    case
        when lag(w.week) over weeks_of_agent = w.week - 7
            then round(w.avg_score - lag(w.avg_score) over weeks_of_agent, 3)
    end as wow_composite_delta
from weeks as w
join public.challenges as c on c.id = w.challenge_id
window weeks_of_agent as (partition by w.agent_id, w.challenge_id order by w.week)
with no data;

create unique index idx_mv_progress_pk
    on analytics.mv_agent_progress (agent_id, challenge_id, week);

-- Why: a new title changes every row of its challenge.
create index mv_agent_progress_challenge_id_idx
    on analytics.mv_agent_progress (challenge_id);

comment on materialized view analytics.mv_agent_progress is 'An agent''s composite scores by week.';

comment on column analytics.mv_agent_progress.challenge_title is 'As of the last refresh.';

comment on column analytics.mv_agent_progress.week is 'Monday of the ISO week of the UTC timestamp.';

comment on column analytics.mv_agent_progress.wow_composite_delta is 'Change of the average against the week before; null when that week has no submission.';

select analytics.register_view(
    view_name => 'mv_agent_progress',
    pack => 'arena',
    schedule => '0 * * * *',
    stale_after => '130 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_composite_scores',
    incremental => true
);
