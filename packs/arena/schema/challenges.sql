-- Object: public.challenges
-- Grain: one row per challenge
-- Why: table of the application; see public.submissions. Every signed-in user reads the catalogue.
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
