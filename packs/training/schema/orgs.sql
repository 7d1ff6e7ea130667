-- Object: public.orgs
-- Grain: one row per organisation
-- Why: this and the pack's other tables in public belong to the application, which writes here; nothing analytical is
--      ever added to them. Every reference stays inside its organisation, so that two organisations with the same user
--      never mix. A moment before 1970, or one that no date of four digits can name, comes from a broken clock and is
--      refused: one such row would break every answer that contains it. Row security: members read their organisation's
--      catalogue; rows of people are read by admins for everybody, by managers for their people and themselves, by
--      trainees for themselves. Only the service role writes.
create table public.orgs (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    created_at timestamptz not null default now(),
    external_id text unique
);

alter table public.orgs enable row level security;

create policy orgs_are_read_by_their_members on public.orgs
    for select to authenticated using (id = (select freshet.claimed_uuid('org_id')));

create policy orgs_are_read_by_auth on public.orgs
    for select to supabase_auth_admin using (true);

revoke all on table public.orgs from public, anon, authenticated;

grant select on table public.orgs to authenticated;

grant select, insert, update, delete on table public.orgs to service_role;

grant select (id) on table public.orgs to supabase_auth_admin;

comment on column public.orgs.external_id is
    'As the identity provider issues it; null for an organisation that is made here. freshet.organisation_id() makes the id of it and of the provider''s issuer.';

create trigger orgs_were_inserted after insert on public.orgs
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_orgs', 'id');

create trigger orgs_were_updated after update on public.orgs
    referencing new table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_orgs', 'id');

create trigger orgs_were_replaced after update on public.orgs
    referencing old table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_orgs', 'id');

create trigger orgs_were_deleted after delete on public.orgs
    referencing old table as changed_rows
    for each statement execute function freshet.sync_dimension('sync_dim_orgs', 'id');

create trigger orgs_were_truncated after truncate on public.orgs
    for each statement execute function freshet.empty_derived_table('dim_orgs');

create trigger orgs_ask_for_a_refresh after delete on public.orgs
    referencing old table as old_rows
    for each statement execute function freshet.orgs_were_deleted();
