-- Object: freshet.reading_study_activity() and its row type
-- Grain: one row per user and UTC day with activity, of the days that end today
-- Reads: analytics.daily_user_stats
-- Serves: /analytics/study/activity
create type freshet.study_activity_row as (
    user_id text,
    stat_date date,
    events_count integer,
    sessions_count integer,
    study_seconds bigint,
    questions_attempted integer,
    questions_correct integer,
    accuracy_rate numeric,
    avg_time_to_answer_seconds numeric,
    materials_viewed integer,
    topics_count integer
);

create function freshet.reading_study_activity(asked jsonb)
returns setof freshet.study_activity_row
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        d.user_id, d.stat_date, d.events_count, d.sessions_count, d.study_seconds,
        d.questions_attempted, d.questions_correct, d.accuracy_rate, d.avg_time_to_answer_seconds,
        d.materials_viewed, d.topics_count
    from analytics.daily_user_stats as d
    where d.user_id = asked ->> 'person'
        and d.stat_date > (asked ->> 'today')::date - (asked #>> '{params,days}')::integer
        and d.stat_date <= (asked ->> 'today')::date;
$$;

revoke all on function freshet.reading_study_activity(jsonb) from public, anon, authenticated;

comment on function freshet.reading_study_activity(jsonb) is 'Days with activity among the days up to today. Idempotent.';
