-- Object: public.teams
-- Grain: one row per named team
-- Why: table of the application; see public.orgs.
create table public.teams (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null,
    manager_id text not null,
    name text not null,
    unique (org_id, manager_id),
    foreign key (org_id, manager_id) references public.org_members (org_id, user_id) on delete cascade
);

alter table public.teams enable row level security;

create policy teams_are_read_by_members on public.teams
    for select to authenticated using (org_id = (select freshet.claimed_uuid('org_id')));

revoke all on table public.teams from public, anon, authenticated;

grant select on table public.teams to authenticated;

grant select, insert, update, delete on table public.teams to service_role;

comment on table public.teams is 'The members of a team are those whose org_members.manager_id is its manager.';
