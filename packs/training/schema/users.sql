-- Object: public.users
-- Grain: one row per user, whatever their organisations
-- Why: table of the application; see public.orgs.
create table public.users (
    id text primary key check (octet_length(id) <= 1000),
    name text,
    email text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

alter table public.users enable row level security;

create policy users_are_read_by_those_above_them on public.users
    for select to authenticated using (id in (select freshet.people_of_caller()));

revoke all on table public.users from public, anon, authenticated;

grant select on table public.users to authenticated;

grant select, insert, update, delete on table public.users to service_role;

comment on column public.users.id is 'The sub of the user''s tokens; for an outside issuer what freshet.subject_id() makes of it, unless its profile keeps subjects as they are.';

create trigger users_were_updated after update on public.users
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_users', 'id');
