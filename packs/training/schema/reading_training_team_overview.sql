-- Object: freshet.reading_training_team_overview() and its row type
-- Grain: one row per team
-- Reads: analytics.team_members, analytics.dim_users, analytics.mv_user_activity_day, analytics.mv_assignment_status
-- Serves: /analytics/training/team-overview
-- Why: a period is given by its days, or by a number of days that end with one; and the manager's name is shown beside
--      their id.
create type freshet.training_team_overview_row as (
    org_id uuid,
    team_id uuid,
    manager_id text,
    manager_name text,
    name text,
    members_count bigint,
    attempts_count bigint,
    avg_score numeric,
    scored_count bigint,
    assignments_count bigint,
    completed_count bigint,
    completion_rate numeric,
    team_rank bigint,
    teams_count bigint
);

comment on column freshet.training_team_overview_row.team_id is 'Null where the manager''s team has no row in public.teams.';

comment on column freshet.training_team_overview_row.name is
    'Name of the team, or of its manager where the team has none.';

comment on column freshet.training_team_overview_row.scored_count is
    'How many of attempts_count have a score: the basis of avg_score.';

comment on column freshet.training_team_overview_row.team_rank is
    'By average score, among all teams that have one; for a manager, among their own teams and those with at least five scores. Null without a score.';

comment on column freshet.training_team_overview_row.teams_count is 'Number of ranked teams.';

create function freshet.reading_training_team_overview(asked jsonb)
returns setof freshet.training_team_overview_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    people constant text[] := freshet.asked_people(asked);
    today constant date := (asked ->> 'today')::date;
    last_on constant date := least((asked #>> '{params,to}')::date, today);
    first_on constant date := coalesce(
        (asked #>> '{params,from}')::date, last_on - (asked #>> '{params,days}')::integer + 1
    );
begin
    return query
    with members as (
        select t.org_id, t.team_id, t.manager_id, t.name, t.is_led, t.user_id
        from analytics.team_members as t
        where t.org_id = any (orgs)
    ),
    teams as (
        select
            m.org_id, m.team_id, m.manager_id, m.name, m.is_led,
            people is null or (m.is_led and m.manager_id = any (people)) as is_shown,
            count(m.user_id) as members_count
        from members as m
        group by m.org_id, m.team_id, m.manager_id, m.name, m.is_led
    ),
    activity as (
        select
            m.org_id,
            m.manager_id,
            sum(d.attempts_count)::bigint as attempts_count,
            sum(d.scored_count)::bigint as scored_count,
            -- To thirty decimals: equal exactly where the averages are.
            round(sum(d.score_sum)::numeric(60, 30) / nullif(sum(d.scored_count), 0), 30) as exact_avg_score
        from members as m
        join analytics.mv_user_activity_day as d on d.org_id = m.org_id and d.user_id = m.user_id
        where d.active_on between first_on and last_on
        group by m.org_id, m.manager_id
    ),
    assignments as (
        select m.org_id, m.manager_id, count(*) as assignments_count, count(s.completed_at) as completed_count
        from members as m
        join analytics.mv_assignment_status as s on s.org_id = m.org_id and s.user_id = m.user_id
        group by m.org_id, m.manager_id
    ),
    compared as (
        select
            t.org_id,
            t.manager_id,
            rank() over (partition by t.org_id order by a.exact_avg_score desc) as team_rank
        from teams as t
        join activity as a on a.org_id = t.org_id and a.manager_id = t.manager_id
        where a.scored_count >= case when t.is_shown then 1 else 5 end
    )
    select
        t.org_id,
        t.team_id,
        t.manager_id,
        u.name,
        t.name,
        t.members_count,
        coalesce(a.attempts_count, 0),
        round(a.exact_avg_score, 3),
        coalesce(a.scored_count, 0),
        coalesce(s.assignments_count, 0),
        coalesce(s.completed_count, 0),
        round(s.completed_count::numeric / s.assignments_count, 4),
        c.team_rank,
        (select count(*) from compared as x where x.org_id = t.org_id)
    from teams as t
    left join analytics.dim_users as u on u.org_id = t.org_id and u.user_id = t.manager_id
    left join activity as a on a.org_id = t.org_id and a.manager_id = t.manager_id
    left join assignments as s on s.org_id = t.org_id and s.manager_id = t.manager_id
    left join compared as c on c.org_id = t.org_id and c.manager_id = t.manager_id
    where t.is_shown;
end
$$;

revoke all on function freshet.reading_training_team_overview(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_team_overview(jsonb) is
    'Teams by their active members: attempts and average score from `from` to `to`, UTC days of the start, both included and up to today, or of the `days` days that end with `to`; all their assignments, and their rank among teams. Idempotent.';
