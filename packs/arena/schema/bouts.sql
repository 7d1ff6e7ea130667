-- Object: public.bouts
-- Grain: one row per bout of a challenge
-- Why: table of the application; see public.submissions.
create table public.bouts (
    id uuid primary key default gen_random_uuid(),
    challenge_id uuid not null references public.challenges (id) on delete cascade,
    started_at timestamptz not null default now()
);

create index bouts_challenge_id_idx on public.bouts (challenge_id);

alter table public.bouts enable row level security;

create policy bouts_are_read_by_signed_in_users on public.bouts
    for select to authenticated using (true);

revoke all on table public.bouts from public, anon, authenticated;

grant select on table public.bouts to authenticated;

grant select, insert, update, delete on table public.bouts to service_role;
