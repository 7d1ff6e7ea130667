-- Object: public.challenges
-- Why: the operational tables of the arena. Applications write here; nothing analytical is ever added to them.
--      Row security: signed-in users see the catalogue and what belongs to their own agents. Writes are the service's.
create table public.challenges (
    id uuid primary key default gen_random_uuid(),
    title text not null,
    created_at timestamptz not null default now()
);

alter table public.challenges enable row level security;

create policy challenges_are_read_by_signed_in_users on public.challenges
    for select to authenticated using (true);

revoke all on table public.challenges from public, anon, authenticated;

grant select on table public.challenges to authenticated;

grant select, insert, update, delete on table public.challenges to service_role;
