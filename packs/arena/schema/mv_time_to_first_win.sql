-- Object: analytics.mv_time_to_first_win
-- Grain: one row per challenge that an agent has won
-- Reads: public.submissions, public.bout_results, public.challenges
-- Serves: /analytics/arena/time-to-first-win
-- Refresh: every 4 hours
-- Why materialized: which challenge a decided bout changes is not in its row, so each would compute everything again.
-- Why: first submissions and first wins are found in all rows of a challenge, so the average is stored. Averages of
--      fewer than five agents are not served.
create materialized view analytics.mv_time_to_first_win as
with scored_submissions as (
    select s.agent_id, s.challenge_id, s.bout_id, s.created_at
    from public.submissions as s
    where s.status = 'scored' and s.created_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'
),
first_submissions as (
    select s.agent_id, s.challenge_id, min(s.created_at) as first_at
    from scored_submissions as s
    group by s.agent_id, s.challenge_id
),
first_wins as (
    select s.agent_id, s.challenge_id, min(s.created_at) as first_win_at
    from scored_submissions as s
    join public.bout_results as r on r.bout_id = s.bout_id and r.winner_agent_id = s.agent_id
    group by s.agent_id, s.challenge_id
),
challenges_won as (
    select
        f.challenge_id,
        count(*) as agents_with_win,
        round(avg(extract(epoch from w.first_win_at - f.first_at) / 86400), 1) as avg_days_to_first_win
    from first_submissions as f
    join first_wins as w on w.agent_id = f.agent_id and w.challenge_id = f.challenge_id
    group by f.challenge_id
)
select
    w.challenge_id,
    c.title as challenge_title,
    w.agents_with_win,
    w.avg_days_to_first_win
from challenges_won as w
join public.challenges as c on c.id = w.challenge_id
with no data;

create unique index idx_mv_ttfw_pk
    on analytics.mv_time_to_first_win (challenge_id);

comment on materialized view analytics.mv_time_to_first_win is 'Days from first scored submission to first win, averaged over the agents that have won.';

comment on column analytics.mv_time_to_first_win.challenge_title is 'As of the last refresh.';

comment on column analytics.mv_time_to_first_win.agents_with_win is
    'Agents behind the average; rows with fewer than five are not served.';

select analytics.register_view(
    view_name => 'mv_time_to_first_win',
    pack => 'arena',
    schedule => '0 */4 * * *',
    stale_after => '9 hours',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_submissions'
);
