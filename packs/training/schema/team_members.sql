-- Object: analytics.team_members
-- Grain: one row per team and active member, and one without a member for an empty team
-- Reads: public.teams, public.org_members, public.dotted_lines, analytics.dim_users
-- Serves: source of /analytics/training/team-overview
-- Why: one place decides which team counts a member. A dotted line lets a manager see a person; the team does not count
--      them.
create view analytics.team_members
with (security_invoker = on)
as
with managers as (
    select t.org_id, t.manager_id from public.teams as t
    union
    select m.org_id, m.manager_id
    from public.org_members as m
    where m.manager_id is not null and (m.left_at is null or m.left_at > now())
    union
    select d.org_id, d.manager_id
    from public.dotted_lines as d
    join public.org_members as m on m.org_id = d.org_id and m.user_id = d.user_id
    where m.left_at is null or m.left_at > now()
)
select
    g.org_id,
    t.id as team_id,
    g.manager_id,
    coalesce(t.name, u.name) as name,
    b.left_at is null or b.left_at > now() as is_led,
    m.user_id
from managers as g
join public.org_members as b on b.org_id = g.org_id and b.user_id = g.manager_id
left join public.teams as t on t.org_id = g.org_id and t.manager_id = g.manager_id
left join analytics.dim_users as u on u.org_id = g.org_id and u.user_id = g.manager_id
left join public.org_members as m
    on m.org_id = g.org_id
    and m.manager_id = g.manager_id
    and (m.left_at is null or m.left_at > now());

revoke all on table analytics.team_members from public, anon, authenticated;

comment on view analytics.team_members is 'Members of each team at this moment.';

comment on column analytics.team_members.team_id is 'Null for people who report to a manager whose team has no row in public.teams.';

comment on column analytics.team_members.name is 'Name of the team, or of its manager where the team has none.';

comment on column analytics.team_members.is_led is
    'False once the manager has left: the team is still counted, and no manager reads it as their own.';

comment on column analytics.team_members.user_id is 'Null in the one row of a team without members.';

select analytics.register_live(
    name => 'team_members',
    pack => 'training',
    sources => array['public.teams', 'public.org_members', 'public.dotted_lines', 'analytics.dim_users']::regclass[]
);
