-- Object: public.teams
-- Why: the operational tables of a training application. Applications write here; nothing analytical is ever added to
--      them. Every reference stays inside its organisation, so that two organisations with the same user never meet.
--      A moment before 1970, or one that no date of four digits can name, is a broken clock and is refused: one such
--      row would break every answer that it is in.
--      Row security: members see their organisation's catalogue; of people, admins see everybody, managers their
--      people and themselves, trainees themselves. Writes are the service's.
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

comment on table public.teams is 'A team is everybody whose org_members.manager_id is its manager.';
