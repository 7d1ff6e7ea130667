-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.

-- Writers of submissions wait while the facts that are missing are written: about 90 seconds for each million of submissions.
-- packs/arena/README.md says under "Lane scores of many submissions" how they are written before.
set statement_timeout = '1h';

do $$
begin
    lock table public.submissions in share row exclusive mode;

    insert into analytics.fact_lane_scores (
        submission_id, lane_number, agent_id, challenge_id, created_at, lane_key, lane_score, lane_value, flaw
    )
    select
        s.submission_id, s.lane_number, s.agent_id, s.challenge_id, s.created_at, s.lane_key, s.lane_score, s.lane_value, s.flaw
    from freshet.submitted_lane_scores as s
    where not exists (
        select from analytics.fact_lane_scores as f where f.submission_id = s.submission_id and f.lane_number = s.lane_number
    );
end
$$;

-- After the rows, which is several times faster.
create index fact_lane_scores_lane_idx on analytics.fact_lane_scores (challenge_id, lane_key, lane_score)
    include (created_at) where lane_score is not null;

create index fact_lane_scores_agent_id_idx on analytics.fact_lane_scores (agent_id, challenge_id, lane_key)
    where lane_score is not null;

-- Why: each refresh counts them.
create index fact_lane_scores_flaw_idx on analytics.fact_lane_scores (challenge_id) where flaw is not null;

-- Until the next autovacuum the planner would assume that it is empty.
analyze analytics.fact_lane_scores;

reset statement_timeout;

-- packs/arena/schema/lane_scores.sql

-- Object: analytics.lane_scores
-- Grain: one row per scored submission and lane
-- Reads: analytics.fact_lane_scores
-- Serves: the arena's views; rejected_lane_scores shows what they leave out, and why
-- Why: the facts without what only their writers need; freshet.submitted_lane_scores decides how a score is read.
create or replace view analytics.lane_scores
with (security_invoker = on)
as
select
    f.submission_id,
    f.agent_id,
    f.challenge_id,
    f.created_at,
    f.lane_key,
    f.lane_value,
    f.lane_score,
    f.flaw
from analytics.fact_lane_scores as f;

comment on view analytics.lane_scores is 'Lane scores of scored submissions; lane_score is null where the value cannot be read.';

comment on column analytics.lane_scores.lane_value is 'As submitted, where lane_score is null.';

-- packs/arena/schema/mv_lane_score_distribution.sql

select analytics.register_view(
    view_name => 'mv_lane_score_distribution',
    pack => 'arena',
    schedule => '*/10 * * * *',
    stale_after => '25 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores',
    refresh_on_change => '10 seconds',
    incremental => true
);

-- packs/arena/schema/mv_weakness_patterns.sql

select analytics.register_view(
    view_name => 'mv_weakness_patterns',
    pack => 'arena',
    schedule => '3,33 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores',
    refresh_on_change => '10 seconds',
    incremental => true
);


-- What it leaves out is read from the facts now.
select analytics.register_view(
    view_name => 'mv_challenges',
    pack => 'arena',
    schedule => '4,14,24,34,44,54 * * * *',
    stale_after => '25 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores',
    refresh_on_change => '1 minute'
);
