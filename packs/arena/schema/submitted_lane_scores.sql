-- Object: freshet.submitted_lane_scores
-- Grain: one row per scored submission and lane
-- Reads: public.submissions
-- Serves: analytics.fact_lane_scores, which is filled from it
-- Why: one place decides how a lane score is read from jsonb, because one row that cannot be read must not stop a view
--      for everyone. A score is a JSON number, or a string that reads as a decimal number, below 10^15 in magnitude and
--      with at most 100 decimals: percentiles are floats, which cannot represent 1e-400. NaN, infinities, booleans,
--      nulls, objects and words are rejected. Only ASCII blanks may surround a number, because the cast to numeric
--      accepts no others. The name of a lane is at most 200 characters long: it is part of keys, and an index entry
--      holds no more than 2,704 bytes. The moment of the submission is between 1900 and 2200, so that a date of four
--      digits can name its week.
create view freshet.submitted_lane_scores
with (security_invoker = on)
as
with lane_values as (
    select
        s.id as submission_id,
        l.lane_number::integer as lane_number,
        s.agent_id,
        s.challenge_id,
        s.created_at,
        l.lane_key,
        l.lane_value,
        case
            when jsonb_typeof(l.lane_value) = 'number'
                then (l.lane_value #>> '{}')::numeric
            when jsonb_typeof(l.lane_value) = 'string'
                and l.lane_value #>> '{}'
                    ~ '^[ \t\n\v\f\r]*[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,2})?[ \t\n\v\f\r]*$'
                then (l.lane_value #>> '{}')::numeric
        end as read_score
    from public.submissions as s
    cross join lateral jsonb_each(
        -- A value that is not an object is one rejected value under an empty key.
        case when jsonb_typeof(s.final_lane_scores) = 'object'
            then s.final_lane_scores
            else jsonb_build_object('', s.final_lane_scores)
        end
    ) with ordinality as l (lane_key, lane_value, lane_number)
    where s.status = 'scored' and s.final_lane_scores is not null
),
judged as (
    select
        v.*,
        case
            when v.lane_key = '' then 'the lane has no name'
            when length(v.lane_key) > 200 then 'the name of the lane is longer than 200 characters'
            when v.read_score is null then 'the value is no number'
            when not abs(v.read_score) < 1e15 then 'the score is 10^15 or more'
            when scale(trim_scale(v.read_score)) > 100 then 'the score has more than 100 decimals'
            when v.created_at not between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'
                then 'the moment of the submission is not between 1900 and 2200'
        end as flaw
    from lane_values as v
)
select
    j.submission_id,
    j.lane_number,
    j.agent_id,
    j.challenge_id,
    j.created_at,
    j.lane_key,
    case when j.flaw is null then j.read_score end as lane_score,
    case when j.flaw is not null then j.lane_value end as lane_value,
    j.flaw
from judged as j;

revoke all on table freshet.submitted_lane_scores from public, anon, authenticated;

comment on view freshet.submitted_lane_scores is 'The rows that analytics.fact_lane_scores should hold.';
