-- Object: analytics.rejected_lane_scores
-- Grain: one row per scored submission and lane
-- Reads: public.submissions
-- Serves: the arena's views; rejected_lane_scores shows what they leave out
-- Why: how a lane score is read from jsonb is decided once. A score is a JSON number, or a string that reads as a
--      decimal number, of magnitude below 10^15; NaN, infinities, booleans, nulls, objects and words are rejected.
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
