-- Object: analytics.rejected_composite_scores
-- Grain: one row per scored submission with a composite score that cannot be used
-- Reads: public.submissions
-- Serves: the count of what mv_agent_progress leaves out
-- Why: a value that is left out must be findable.
create view analytics.rejected_composite_scores
with (security_invoker = on)
as
select
    s.id as submission_id,
    s.agent_id,
    s.challenge_id,
    s.created_at,
    s.composite_score,
    case
        when s.created_at not between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'
            then 'the moment of the submission is not between 1900 and 2200'
        when not abs(s.composite_score) < 1e15 then 'the score is no number below 10^15'
        else 'the score has more than 100 decimals'
    end as flaw
from public.submissions as s
where s.status = 'scored'
    and s.composite_score is not null
    and (
        s.created_at not between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'
        or not abs(s.composite_score) < 1e15
        or scale(trim_scale(s.composite_score)) > 100
    );

revoke all on table analytics.rejected_composite_scores from public, anon, authenticated;

comment on view analytics.rejected_composite_scores is 'Composite scores that mv_agent_progress leaves out, and why.';
