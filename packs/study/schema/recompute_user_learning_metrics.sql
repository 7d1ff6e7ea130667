-- Object: freshet.recompute_user_learning_metrics()
-- Why: a user's rolling figures are sums over at most 30 daily rows; the streak reads the days of the streak.
create function freshet.recompute_user_learning_metrics(user_ids text[], as_of_date date)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.user_learning_metrics as m where m.user_id = any (user_ids);

    insert into analytics.user_learning_metrics (
        user_id, as_of_date, questions_attempted_7d, questions_attempted_30d, accuracy_rate_7d, accuracy_rate_30d,
        study_seconds_7d, study_seconds_30d, sessions_count_30d, active_days_30d, current_streak_days, avg_mastery_score,
        topics_started_count, topics_mastered_count, last_active_on, calculated_at, calculation_version
    )
    select
        u.user_id, recompute_user_learning_metrics.as_of_date,
        d.questions_attempted_7d, d.questions_attempted_30d,
        round(d.questions_correct_7d::numeric / nullif(d.questions_attempted_7d, 0), 6),
        round(d.questions_correct_30d::numeric / nullif(d.questions_attempted_30d, 0), 6),
        d.study_seconds_7d, d.study_seconds_30d, d.sessions_count_30d, d.active_days_30d,
        case
            when l.last_active_on = recompute_user_learning_metrics.as_of_date then l.last_active_on - s.began_on + 1
            else 0
        end,
        t.avg_mastery_score, t.topics_started_count, t.topics_mastered_count,
        l.last_active_on, now(), freshet.study_version()
    from unnest(user_ids) as u (user_id)
    cross join lateral (
        select
            coalesce(sum(v.questions_attempted) filter (where v.is_week), 0) as questions_attempted_7d,
            coalesce(sum(v.questions_correct) filter (where v.is_week), 0) as questions_correct_7d,
            coalesce(sum(v.study_seconds) filter (where v.is_week), 0) as study_seconds_7d,
            coalesce(sum(v.questions_attempted), 0) as questions_attempted_30d,
            coalesce(sum(v.questions_correct), 0) as questions_correct_30d,
            coalesce(sum(v.study_seconds), 0) as study_seconds_30d,
            coalesce(sum(v.sessions_count), 0) as sessions_count_30d,
            count(*) as active_days_30d
        from (
            select r.*, r.stat_date > recompute_user_learning_metrics.as_of_date - 7 as is_week
            from analytics.daily_user_stats as r
            where r.user_id = u.user_id
                and r.stat_date > recompute_user_learning_metrics.as_of_date - 30
                and r.stat_date <= recompute_user_learning_metrics.as_of_date
        ) as v
    ) as d
    left join lateral (
        select r.stat_date as last_active_on
        from analytics.daily_user_stats as r
        where r.user_id = u.user_id and r.stat_date <= recompute_user_learning_metrics.as_of_date
        order by r.stat_date desc
        limit 1
    ) as l on true
    left join lateral (
        -- The last active day without an active day before it: read backwards, so no further than the streak.
        select r.stat_date as began_on
        from analytics.daily_user_stats as r
        where r.user_id = u.user_id and r.stat_date <= l.last_active_on
            and not exists (
                select from analytics.daily_user_stats as b where b.user_id = r.user_id and b.stat_date = r.stat_date - 1
            )
        order by r.stat_date desc
        limit 1
    ) as s on l.last_active_on = recompute_user_learning_metrics.as_of_date
    cross join lateral (
        select
            round(avg(m.mastery_score), 6) as avg_mastery_score,
            count(*) as topics_started_count,
            count(*) filter (where m.mastery_score >= 0.8) as topics_mastered_count
        from analytics.topic_mastery as m
        where m.user_id = u.user_id
    ) as t
    where l.last_active_on is not null or t.topics_started_count > 0;
$$;

revoke all on function freshet.recompute_user_learning_metrics(text[], date) from public, anon, authenticated;

comment on function freshet.recompute_user_learning_metrics(text[], date) is
    'Computes the rolling figures of these users from their daily rows up to as_of_date and their mastery. A user with neither has no row. Idempotent.';
