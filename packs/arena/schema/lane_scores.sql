-- Object: analytics.lane_scores
-- Grain: one row per scored submission and lane
-- Reads: analytics.fact_lane_scores
-- Serves: the arena's views; rejected_lane_scores shows what they leave out, and why
-- Why: the facts without what only their writers need; freshet.submitted_lane_scores decides how a score is read.
create view analytics.lane_scores
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

revoke all on table analytics.lane_scores from public, anon, authenticated;

comment on view analytics.lane_scores is 'Lane scores of scored submissions; lane_score is null where the value cannot be read.';

comment on column analytics.lane_scores.lane_value is 'As submitted, where lane_score is null.';

comment on column analytics.lane_scores.flaw is 'Why the value is left out; null where lane_score could be read.';
