-- Object: analytics.lane_scores, analytics.rejected_lane_scores
-- Grain: one row per scored submission and lane
-- Reads: public.submissions
-- Serves: the arena's views; rejected_lane_scores shows what they leave out
-- Why: how a lane score is read from jsonb is decided once. A score is a JSON number, or a string that reads as a
--      decimal number, of magnitude below 10^15; NaN, infinities, booleans, nulls, objects and words are rejected.

create view analytics.lane_scores
with (security_invoker = on)
as
with lane_values as (
    select
        s.id as submission_id,
        s.agent_id,
        s.challenge_id,
        s.created_at,
        l.lane_key,
        l.lane_value,
        case
            when jsonb_typeof(l.lane_value) = 'number'
                then (l.lane_value #>> '{}')::numeric
            when jsonb_typeof(l.lane_value) = 'string'
                and l.lane_value #>> '{}' ~ '^\s*[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?\s*$'
                then (l.lane_value #>> '{}')::numeric
        end as read_score
    from public.submissions as s
    cross join lateral jsonb_each(
        -- What is no object at all is one rejected value under an empty key.
        case when jsonb_typeof(s.final_lane_scores) = 'object'
            then s.final_lane_scores
            else jsonb_build_object('', s.final_lane_scores)
        end
    ) as l (lane_key, lane_value)
    where s.status = 'scored' and s.final_lane_scores is not null
)
select
    v.submission_id,
    v.agent_id,
    v.challenge_id,
    v.created_at,
    v.lane_key,
    v.lane_value,
    case when v.lane_key <> '' and abs(v.read_score) < 1e15 then v.read_score end as lane_score
from lane_values as v;

create view analytics.rejected_lane_scores
with (security_invoker = on)
as
select
    s.submission_id,
    s.challenge_id,
    s.lane_key,
    s.lane_value
from analytics.lane_scores as s
where s.lane_score is null;

revoke all on table analytics.lane_scores, analytics.rejected_lane_scores from public, anon, authenticated;
comment on view analytics.lane_scores is 'Lane scores of scored submissions; lane_score is null where the value cannot be read.';
comment on view analytics.rejected_lane_scores is 'Lane values that the arena''s views leave out.';
