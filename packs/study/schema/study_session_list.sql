-- Object: analytics.study_session_list
-- Grain: one row per session
-- Reads: public.study_sessions
-- Serves: /analytics/study/sessions
create view analytics.study_session_list
with (security_invoker = on)
as
select
    s.session_id,
    s.user_id,
    (s.started_at at time zone 'UTC')::date as started_on,
    s.started_at,
    s.last_event_at,
    s.ended_at,
    extract(epoch from s.last_event_at - s.started_at)::bigint as study_seconds,
    s.events_count,
    s.questions_attempted,
    s.questions_correct,
    s.materials_viewed,
    s.device_type
from public.study_sessions as s;

revoke all on table analytics.study_session_list from public, anon, authenticated;

comment on view analytics.study_session_list is 'Sessions with their day and their time.';

comment on column analytics.study_session_list.started_on is 'UTC day of the first event.';

comment on column analytics.study_session_list.study_seconds is 'From the first to the last event.';

select analytics.register_live(
    name => 'study_session_list', pack => 'study', sources => array['public.study_sessions']::regclass[]
);
