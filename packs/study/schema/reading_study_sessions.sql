-- Object: freshet.reading_study_sessions() and its row type
-- Grain: one row per session of the days that end today
-- Reads: analytics.study_session_list
-- Serves: /analytics/study/sessions
create type freshet.study_sessions_row as (
    session_id text,
    user_id text,
    started_on date,
    started_at timestamptz,
    last_event_at timestamptz,
    ended_at timestamptz,
    study_seconds bigint,
    events_count integer,
    questions_attempted integer,
    questions_correct integer,
    materials_viewed integer,
    device_type text
);

create function freshet.reading_study_sessions(asked jsonb)
returns setof freshet.study_sessions_row
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        s.session_id, s.user_id, s.started_on, s.started_at, s.last_event_at, s.ended_at, s.study_seconds,
        s.events_count, s.questions_attempted, s.questions_correct, s.materials_viewed, s.device_type
    from analytics.study_session_list as s
    where s.user_id = asked ->> 'person'
        and s.started_at >= ((asked ->> 'today')::date - (asked #>> '{params,days}')::integer + 1)::timestamp at time zone 'UTC';
$$;

revoke all on function freshet.reading_study_sessions(jsonb) from public, anon, authenticated;

comment on function freshet.reading_study_sessions(jsonb) is 'Sessions that began on the days up to today. Idempotent.';
