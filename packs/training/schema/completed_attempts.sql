-- Object: freshet.completed_attempts
-- Grain: one row per completed attempt
-- Reads: public.scenario_attempts
-- Serves: freshet.write_attempt_facts() and the backfill
-- Why: one place maps an attempt to its fact.
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

comment on view freshet.completed_attempts is
    'The rows that analytics.fact_scenario_attempts should hold. Grain: one row per completed attempt.';
