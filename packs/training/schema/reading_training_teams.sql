-- Object: freshet.reading_training_teams() and its row type
-- Grain: one row per team, as in analytics.team_members
-- Reads: analytics.team_members, analytics.dim_users
-- Serves: /analytics/training/teams
-- Why: the choices of a filter by team. A team is the people of one manager, so the manager is its key.
create type freshet.training_teams_row as (
    org_id uuid,
    manager_id text,
    manager_name text,
    team_id uuid,
    name text,
    members_count bigint
);

comment on column freshet.training_teams_row.team_id is 'Null where the manager''s team has no row in public.teams.';

comment on column freshet.training_teams_row.name is 'Name of the team, or of its manager where the team has none.';

create function freshet.reading_training_teams(asked jsonb)
returns setof freshet.training_teams_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    people constant text[] := freshet.asked_people(asked);
begin
    return query
    select t.org_id, t.manager_id, u.name, t.team_id, t.name, count(t.user_id)
    from analytics.team_members as t
    left join analytics.dim_users as u on u.org_id = t.org_id and u.user_id = t.manager_id
    where t.org_id = any (orgs) and (people is null or (t.is_led and t.manager_id = any (people)))
    group by t.org_id, t.manager_id, u.name, t.team_id, t.name;
end
$$;

revoke all on function freshet.reading_training_teams(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_teams(jsonb) is
    'Teams with their managers and the number of their active members; a manager gets their own teams while they lead them. Idempotent.';
