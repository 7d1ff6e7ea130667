-- Object: public.dotted_lines
-- Grain: one row per member and second manager
-- Why: table of the application; see public.orgs.
create table public.dotted_lines (
    org_id uuid not null,
    user_id text not null,
    manager_id text not null check (manager_id <> user_id),
    primary key (org_id, user_id, manager_id),
    foreign key (org_id, user_id) references public.org_members (org_id, user_id) on delete cascade,
    foreign key (org_id, manager_id) references public.org_members (org_id, user_id) on delete cascade
);

create index dotted_lines_manager_id_idx on public.dotted_lines (org_id, manager_id);

alter table public.dotted_lines enable row level security;

create policy dotted_lines_are_read_by_those_above_the_member on public.dotted_lines
    for select to authenticated using (org_id = (select freshet.claimed_uuid('org_id')) and user_id in (select freshet.people_of_caller()));

revoke all on table public.dotted_lines from public, anon, authenticated;

grant select on table public.dotted_lines to authenticated;

grant select, insert, update, delete on table public.dotted_lines to service_role;

comment on table public.dotted_lines is 'A second manager, who can see the member but whose team does not count them.';
