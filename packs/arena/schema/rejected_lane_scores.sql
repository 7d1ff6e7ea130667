-- Object: analytics.rejected_lane_scores
-- Grain: one row per scored submission and lane with a value that cannot be read
-- Reads: analytics.lane_scores
-- Serves: the count of what the arena's views leave out
-- Why: a value that is left out must be findable.
create view analytics.rejected_lane_scores
with (security_invoker = on)
as
select
    s.submission_id,
    s.challenge_id,
    s.lane_key,
    s.lane_value,
    s.flaw
from analytics.lane_scores as s
where s.flaw is not null;

revoke all on table analytics.rejected_lane_scores from public, anon, authenticated;

comment on view analytics.rejected_lane_scores is 'Lane values that the arena''s views leave out.';
