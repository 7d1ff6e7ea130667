-- Object: freshet.reading_training_leaderboard() and its row type
-- Grain: one row per organisation and user with a scored attempt in the month
-- Reads: analytics.leaderboard_months, analytics.dim_users
-- Serves: /analytics/training/leaderboard
-- Why: a rank is among the people whom the caller may see. Equal averages share a rank, and the next rank is skipped.
--      Ranks and changes go by the exact averages; only the shown values are rounded.
create type freshet.training_leaderboard_row as (
    org_id uuid,
    user_id text,
    name text,
    month date,
    rank bigint,
    previous_rank bigint,
    avg_score numeric,
    avg_score_change numeric,
    attempts bigint,
    total_duration bigint,
    avg_talk_percentage numeric
);

create function freshet.reading_training_leaderboard(asked jsonb)
returns setof freshet.training_leaderboard_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    people constant text[] := freshet.asked_people(asked);
    this_month constant date := coalesce(
        (asked #>> '{params,month}')::date, date_trunc('month', (asked ->> 'today')::timestamp)::date
    );
    month_before constant date := this_month - interval '1 month';
begin
    return query
    with ranked as (
        select
            l.org_id,
            l.user_id,
            l.month,
            rank() over (partition by l.org_id, l.month order by l.exact_avg_score desc) as place,
            l.exact_avg_score,
            l.avg_score,
            l.attempts,
            l.total_duration,
            l.avg_talk_percentage
        from analytics.leaderboard_months as l
        where l.org_id = any (orgs)
            and l.month in (this_month, month_before)
            and (people is null or l.user_id = any (people))
    )
    select
        r.org_id,
        r.user_id,
        u.name,
        r.month,
        r.place,
        b.place,
        r.avg_score,
        round(r.exact_avg_score - b.exact_avg_score, 3),
        r.attempts,
        r.total_duration,
        r.avg_talk_percentage
    from ranked as r
    left join ranked as b on b.org_id = r.org_id and b.user_id = r.user_id and b.month = month_before
    left join analytics.dim_users as u on u.org_id = r.org_id and u.user_id = r.user_id
    where r.month = this_month;
end
$$;

revoke all on function freshet.reading_training_leaderboard(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_leaderboard(jsonb) is
    'A month (this month by default), ranked by average score. The rank and the change against the month before are null for users without a score in that month. Idempotent.';
