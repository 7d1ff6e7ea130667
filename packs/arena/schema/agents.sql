-- Object: public.agents
-- Why: the operational tables of the arena. Applications write here; nothing analytical is ever added to them.
--      Row security: signed-in users see the catalogue and what belongs to their own agents. Writes are the service's.
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
