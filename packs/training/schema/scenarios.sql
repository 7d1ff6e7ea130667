-- Object: public.scenarios
-- Grain: one row per scenario of an organisation
-- Why: table of the application; see public.orgs.
create table public.scenarios (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null references public.orgs (id) on delete cascade,
    title text not null,
    difficulty text,
    category text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (org_id, id)
);

alter table public.scenarios enable row level security;

create policy scenarios_are_read_by_members on public.scenarios
    for select to authenticated using (org_id = (select freshet.claimed_uuid('org_id')));

revoke all on table public.scenarios from public, anon, authenticated;

grant select on table public.scenarios to authenticated;

grant select, insert, update, delete on table public.scenarios to service_role;

create trigger scenarios_were_inserted after insert on public.scenarios
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_scenarios', 'id');

create trigger scenarios_were_updated after update on public.scenarios
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_scenarios', 'id');

create trigger scenarios_were_replaced after update on public.scenarios
    referencing old table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_scenarios', 'id');

create trigger scenarios_were_deleted after delete on public.scenarios
    referencing old table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_scenarios', 'id');

create trigger scenarios_were_truncated after truncate on public.scenarios
    for each statement execute function freshet.empty_derived_table('dim_scenarios');
