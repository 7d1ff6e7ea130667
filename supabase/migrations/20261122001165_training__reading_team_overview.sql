-- Object: private.reading_training_team_overview(asked)
-- Grain: one row per team
-- Reads: analytics.team_members, analytics.mv_user_activity_day, analytics.mv_assignment_status
-- Serves: /analytics/training/team-overview
-- Why: a team's rank is among all teams of the organisation, also for a manager who sees one of them.

create type private.training_team_overview_row as (
    org_id uuid,
    team_id uuid,
    manager_id text,
    name text,
    members_count bigint,
    attempts_count bigint,
    avg_score numeric,
    assignments_count bigint,
    completed_count bigint,
    completion_rate numeric,
    team_rank bigint,
    teams_count bigint
);

create function private.reading_training_team_overview(asked jsonb)
returns setof private.training_team_overview_row
language plpgsql
stable
set search_path = ''
as $$
declare
    orgs constant uuid[] := private.asked_orgs(asked);
    people constant text[] := private.asked_people(asked);
    today constant date := (asked ->> 'today')::date;
    days constant integer := (asked #>> '{params,days}')::integer;
begin
    return query
    with members as (
        select t.org_id, t.team_id, t.manager_id, t.name, t.is_led, t.user_id
        from analytics.team_members as t
        where t.org_id = any (orgs)
    ),
    teams as (
        select m.org_id, m.team_id, m.manager_id, m.name, m.is_led, count(m.user_id) as members_count
        from members as m
        group by m.org_id, m.team_id, m.manager_id, m.name, m.is_led
    ),
    activity as (
        select
            m.team_id,
            sum(d.attempts_count)::bigint as attempts_count,
            case when sum(d.scored_count) >= 5 then round(sum(d.score_sum) / sum(d.scored_count), 3) end as avg_score
        from members as m
        join analytics.mv_user_activity_day as d on d.org_id = m.org_id and d.user_id = m.user_id
        where d.active_on > today - days and d.active_on <= today
        group by m.team_id
    ),
    assignments as (
        select m.team_id, count(*) as assignments_count, count(s.completed_at) as completed_count
        from members as m
        join analytics.mv_assignment_status as s on s.org_id = m.org_id and s.user_id = m.user_id
        group by m.team_id
    ),
    ranked as (
        select
            t.org_id,
            t.team_id,
            t.manager_id,
            t.name,
            t.is_led,
            t.members_count,
            coalesce(a.attempts_count, 0) as attempts_count,
            a.avg_score,
            coalesce(s.assignments_count, 0) as assignments_count,
            coalesce(s.completed_count, 0) as completed_count,
            round(s.completed_count::numeric / s.assignments_count, 4) as completion_rate,
            case when a.avg_score is not null
                then rank() over (partition by t.org_id order by a.avg_score desc nulls last)
            end as team_rank,
            count(a.avg_score) over (partition by t.org_id) as teams_count
        from teams as t
        left join activity as a on a.team_id = t.team_id
        left join assignments as s on s.team_id = t.team_id
    )
    select
        r.org_id,
        r.team_id,
        r.manager_id,
        r.name,
        r.members_count,
        r.attempts_count,
        r.avg_score,
        r.assignments_count,
        r.completed_count,
        r.completion_rate,
        r.team_rank,
        r.teams_count
    from ranked as r
    where people is null or (r.is_led and r.manager_id = any (people));
end
$$;
revoke all on function private.reading_training_team_overview(jsonb) from public, anon, authenticated;
comment on function private.reading_training_team_overview(jsonb) is
    'Teams by their active members: attempts and average score of the last `days` UTC days that end today, all their assignments. The average, and so the rank, needs five scores. Idempotent.';
