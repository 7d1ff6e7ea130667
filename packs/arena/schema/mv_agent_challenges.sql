-- Object: analytics.mv_agent_challenges
-- Grain: one row per agent and challenge to which it has submitted, scored or not
-- Reads: public.submissions, public.challenges
-- Serves: /analytics/arena/agent-challenges
-- Refresh: by agent and challenge, every 10 minutes; when submissions change, after at least 1 minute
-- Why: the list of challenges on an agent's page. A submission with an implausible moment is counted, but its moment is
--      ignored.
create materialized view analytics.mv_agent_challenges as
with agent_challenges as (
    select
        s.agent_id,
        s.challenge_id,
        count(*) as submissions_count,
        count(*) filter (where s.status = 'scored') as scored_count,
        max(s.created_at) filter (where s.created_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00') as last_submission_at
    from public.submissions as s
    group by s.agent_id, s.challenge_id
)
select
    a.agent_id,
    a.challenge_id,
    c.title as challenge_title,
    a.submissions_count,
    a.scored_count,
    a.last_submission_at
from agent_challenges as a
join public.challenges as c on c.id = a.challenge_id
with no data;

create unique index mv_agent_challenges_key
    on analytics.mv_agent_challenges (agent_id, challenge_id);

-- Why: a new title changes every row of its challenge.
create index mv_agent_challenges_challenge_id_idx
    on analytics.mv_agent_challenges (challenge_id);

comment on materialized view analytics.mv_agent_challenges is
    'The challenges to which an agent has submitted, and how often.';

comment on column analytics.mv_agent_challenges.challenge_title is 'As of the last refresh.';

comment on column analytics.mv_agent_challenges.submissions_count is 'Submissions in any state.';

comment on column analytics.mv_agent_challenges.scored_count is 'Scored submissions among them.';

comment on column analytics.mv_agent_challenges.last_submission_at is 'Null where no moment between 1900 and 2200 is known.';

select analytics.register_view(
    view_name => 'mv_agent_challenges',
    pack => 'arena',
    schedule => '6,16,26,36,46,56 * * * *',
    stale_after => '25 minutes',
    source_at => 'public.submissions.created_at',
    refresh_on_change => '1 minute',
    incremental => true
);
