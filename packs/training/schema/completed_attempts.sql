-- Object: freshet.completed_attempts
-- Why: a fact is written once, when its attempt is completed; a new score changes it, and an attempt that is completed no
--      more loses it. Triggers fire once a statement, and a statement that changes no fact writes none, so that views
--      and cached answers over the facts stay as they are. Writers of one attempt wait for each other on its row, so the
--      facts follow in the same order.
create view freshet.completed_attempts with (security_invoker = on) as
select
    a.id as attempt_id,
    a.org_id,
    a.user_id,
    a.scenario_id,
    a.score,
    a.duration_seconds,
    a.talk_ms,
    a.listen_ms,
    a.started_at,
    a.ended_at,
    (a.started_at at time zone 'UTC')::date as date_key
from public.scenario_attempts as a
where a.status = 'completed';

revoke all on table freshet.completed_attempts from public, anon, authenticated;

comment on view freshet.completed_attempts is 'What analytics.fact_scenario_attempts ought to hold. Grain: one row per completed attempt.';
