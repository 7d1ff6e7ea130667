-- Object: public.agents
-- Grain: one row per agent
-- Why: table of the application; see public.submissions. Signed-in users read only their own agents.
create table public.agents (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    owner_id uuid,
    created_at timestamptz not null default now()
);

create index agents_owner_id_idx on public.agents (owner_id);

alter table public.agents enable row level security;

create policy agents_are_read_by_their_owner on public.agents
    for select to authenticated using (owner_id = (select freshet.claimed_uuid('sub')));

revoke all on table public.agents from public, anon, authenticated;

grant select on table public.agents to authenticated;

grant select, insert, update, delete on table public.agents to service_role;

comment on column public.agents.owner_id is 'auth.users.id of the owner; null for an agent of the platform.';
