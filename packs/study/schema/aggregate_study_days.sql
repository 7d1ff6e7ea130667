-- Object: freshet.aggregate_study_days()
-- Why: days are computed from the log, answers and sessions, never from their former figures: a late event, and a second
--      run, make no difference. Only the marked days are read, each through an index, so the cost grows with what
--      changed and not with history.
create function freshet.aggregate_study_days(user_ids text[], last_day date)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    days_count integer;
begin
    delete from analytics.daily_user_stats as s
    using freshet.days_to_aggregate as d
    where d.user_id = any (user_ids) and d.stat_date <= last_day
        and s.user_id = d.user_id and s.stat_date = d.stat_date;

    insert into analytics.daily_user_stats (
        user_id, stat_date, events_count, sessions_count, study_seconds, questions_attempted, questions_correct,
        accuracy_rate, avg_time_to_answer_seconds, materials_viewed, topics_count, calculated_at, calculation_version
    )
    select
        d.user_id, d.stat_date, e.events_count, s.sessions_count, s.study_seconds, a.questions_attempted, a.questions_correct,
        round(a.questions_correct::numeric / nullif(a.questions_attempted, 0), 6),
        a.avg_time_to_answer_seconds, e.materials_viewed, a.topics_count, now(), freshet.study_version()
    from freshet.days_to_aggregate as d
    cross join lateral (
        select d.stat_date::timestamp at time zone 'UTC' as begins_at, (d.stat_date + 1)::timestamp at time zone 'UTC' as ends_at
    ) as t
    cross join lateral (
        select count(*) as events_count, count(*) filter (where v.event_type = 'material_open') as materials_viewed
        from public.study_events as v
        where v.user_id = d.user_id and v.created_at >= t.begins_at and v.created_at < t.ends_at
    ) as e
    cross join lateral (
        select
            count(*) as sessions_count,
            coalesce(round(sum(extract(epoch from v.last_event_at - v.started_at))), 0)::bigint as study_seconds
        from public.study_sessions as v
        where v.user_id = d.user_id and v.started_at >= t.begins_at and v.started_at < t.ends_at
    ) as s
    cross join lateral (
        select
            count(*) as questions_attempted,
            count(*) filter (where v.is_correct) as questions_correct,
            round(avg(v.time_to_answer_seconds), 3) as avg_time_to_answer_seconds,
            count(distinct v.topic_id) as topics_count
        from public.question_attempts as v
        where v.user_id = d.user_id and v.attempted_at >= t.begins_at and v.attempted_at < t.ends_at
    ) as a
    where d.user_id = any (user_ids) and d.stat_date <= last_day
        -- Of a day whose rows were deleted, no row remains.
        and e.events_count + s.sessions_count + a.questions_attempted > 0;

    delete from analytics.topic_daily_stats as s
    using freshet.days_to_aggregate as d
    where d.user_id = any (user_ids) and d.stat_date <= last_day
        and s.user_id = d.user_id and s.stat_date = d.stat_date;

    insert into analytics.topic_daily_stats (
        user_id, topic_id, stat_date, questions_attempted, questions_correct, accuracy_rate, avg_time_to_answer_seconds,
        calculated_at, calculation_version
    )
    select
        d.user_id, a.topic_id, d.stat_date, a.questions_attempted, a.questions_correct,
        round(a.questions_correct::numeric / a.questions_attempted, 6), a.avg_time_to_answer_seconds,
        now(), freshet.study_version()
    from freshet.days_to_aggregate as d
    cross join lateral (
        select
            v.topic_id,
            count(*) as questions_attempted,
            count(*) filter (where v.is_correct) as questions_correct,
            round(avg(v.time_to_answer_seconds), 3) as avg_time_to_answer_seconds
        from public.question_attempts as v
        where v.user_id = d.user_id
            and v.attempted_at >= d.stat_date::timestamp at time zone 'UTC'
            and v.attempted_at < (d.stat_date + 1)::timestamp at time zone 'UTC'
        group by v.topic_id
    ) as a
    where d.user_id = any (user_ids) and d.stat_date <= last_day;

    -- The marks are written under the jobs' lock only, so none is lost that came after the rows above were read.
    delete from freshet.days_to_aggregate as d where d.user_id = any (user_ids) and d.stat_date <= last_day;
    get diagnostics days_count = row_count;
    return days_count;
end
$$;

revoke all on function freshet.aggregate_study_days(text[], date) from public, anon, authenticated;

comment on function freshet.aggregate_study_days(text[], date) is
    'Computes the marked days of these users up to last_day, and removes their marks. Returns how many days it computed. Called under freshet.lock_study_jobs(). Idempotent.';
