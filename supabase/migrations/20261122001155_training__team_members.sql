-- Object: analytics.team_members, and live relations dim_users and dim_orgs
-- Grain: one row per team and active member, and one without a member for an empty team
-- Reads: public.teams, public.org_members
-- Serves: source of /analytics/training/team-overview
-- Why: whose team counts whom is decided once. A dotted line lets a manager see a person; the team does not count them.

create view analytics.team_members
with (security_invoker = on)
as
select
    t.org_id,
    t.id as team_id,
    t.manager_id,
    t.name,
    b.left_at is null or b.left_at > now() as is_led,
    m.user_id
from public.teams as t
join public.org_members as b on b.org_id = t.org_id and b.user_id = t.manager_id
left join public.org_members as m
    on m.org_id = t.org_id
    and m.manager_id = t.manager_id
    and (m.left_at is null or m.left_at > now());

revoke all on table analytics.team_members from public, anon, authenticated;
comment on view analytics.team_members is 'Who is in which team, at this moment.';
comment on column analytics.team_members.is_led is 'False once the manager has left: the team is still counted, and nobody reads it as their own.';
comment on column analytics.team_members.user_id is 'Null in the one row of a team without members.';

select analytics.register_live(
    name => 'team_members', pack => 'training', sources => array['public.teams', 'public.org_members']::regclass[]
);
select analytics.register_live(name => 'dim_users', pack => 'training', sources => array['analytics.dim_users']::regclass[]);
select analytics.register_live(name => 'dim_orgs', pack => 'training', sources => array['analytics.dim_orgs']::regclass[]);
