-- Object: analytics.rejected_submissions
-- Grain: one row per scored submission with an implausible moment
-- Reads: public.submissions
-- Serves: the count of what mv_time_to_first_win leaves out
-- Why: a submission that is left out must be findable.
create view analytics.rejected_submissions
with (security_invoker = on)
as
select
    s.id as submission_id,
    s.agent_id,
    s.challenge_id,
    s.created_at,
    'the moment of the submission is not between 1900 and 2200' as flaw
from public.submissions as s
where s.status = 'scored' and s.created_at not between '1900-01-01 00:00+00' and '2200-01-01 00:00+00';

revoke all on table analytics.rejected_submissions from public, anon, authenticated;

comment on view analytics.rejected_submissions is
    'Scored submissions with an implausible moment, which mv_time_to_first_win leaves out.';
