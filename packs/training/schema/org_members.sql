-- Object: public.org_members
-- Grain: one row per user and organisation, kept after the user has left
-- Why: table of the application; see public.orgs. The one source of membership and role: a token that took them from a
--      second table would still say "manager" after the manager has left. public.user_roles only chooses among several
--      organisations, and decides alone for organisations that this pack does not know.
create table public.org_members (
    org_id uuid not null references public.orgs (id) on delete cascade,
    user_id text not null references public.users (id) on delete cascade,
    role public.user_role not null default 'trainee',
    manager_id text check (manager_id <> user_id),
    joined_at timestamptz not null default now(),
    left_at timestamptz,
    primary key (org_id, user_id),
    foreign key (org_id, manager_id) references public.org_members (org_id, user_id) on delete set null (manager_id)
);

create index org_members_user_id_idx on public.org_members (user_id);

create index org_members_manager_id_idx on public.org_members (org_id, manager_id);

-- A membership with an end date (left_at) is over at that moment, without a write: the live relations people_of_manager
-- and team_members look for such moments.
create index org_members_left_at_idx on public.org_members (left_at) where left_at is not null;

alter table public.org_members enable row level security;

create policy org_members_are_read_by_those_above_them on public.org_members
    for select to authenticated using (org_id = (select freshet.claimed_uuid('org_id')) and user_id in (select freshet.people_of_caller()));

create policy org_members_are_read_by_auth on public.org_members
    for select to supabase_auth_admin using (true);

revoke all on table public.org_members from public, anon, authenticated;

grant select on table public.org_members to authenticated;

grant select, insert, update, delete on table public.org_members to service_role;

-- For public.organisation_of_token(), which the access token hook calls with the rights of auth.
grant select (org_id, user_id, role, left_at) on table public.org_members to supabase_auth_admin;

comment on column public.org_members.manager_id is 'The manager whose team counts the member; null at the top.';

comment on column public.org_members.left_at is
    'Null, or in the future, while the membership lasts. A former member keeps the row: past activity stays in the figures.';

create trigger members_were_inserted after insert on public.org_members
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_users', 'user_id');

create trigger members_were_updated after update on public.org_members
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_users', 'user_id');

-- A membership may be given to another user: the previous one is concerned too.
create trigger members_were_replaced after update on public.org_members
    referencing old table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_users', 'user_id');

create trigger members_were_deleted after delete on public.org_members
    referencing old table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_users', 'user_id');

create trigger members_were_truncated after truncate on public.org_members
    for each statement execute function freshet.empty_derived_table('dim_users');
