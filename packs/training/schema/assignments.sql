-- Object: public.assignments
-- Grain: one row per scenario that a person was asked to do
-- Why: table of the application; see public.orgs.
create table public.assignments (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null,
    scenario_id uuid not null,
    assignee_id text not null,
    due_on date check (due_on between '1970-01-01' and '9999-12-31'),
    is_required boolean not null default true,
    assigned_at timestamptz not null default now() check (assigned_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    foreign key (org_id, scenario_id) references public.scenarios (org_id, id) on delete cascade,
    foreign key (org_id, assignee_id) references public.org_members (org_id, user_id) on delete cascade
);

create index assignments_scenario_id_idx on public.assignments (org_id, scenario_id);

create index assignments_assignee_id_idx on public.assignments (org_id, assignee_id);

alter table public.assignments enable row level security;

create policy assignments_are_read_by_those_above_the_assignee on public.assignments
    for select to authenticated using (org_id = (select freshet.claimed_uuid('org_id')) and assignee_id in (select freshet.people_of_caller()));

revoke all on table public.assignments from public, anon, authenticated;

grant select on table public.assignments to authenticated;

grant select, insert, update, delete on table public.assignments to service_role;

comment on column public.assignments.due_on is 'The last (UTC) day that is in time; null without a due date.';

select analytics.register_live(
    name => 'assignments', pack => 'training', sources => array['public.assignments']::regclass[]
);
