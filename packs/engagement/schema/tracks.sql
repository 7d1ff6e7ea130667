-- Object: public.tracks
-- Grain: one row per track
-- Why: table of the application; see public.learning_sessions. Every signed-in user reads the tracks.
create table public.tracks (
    id uuid primary key default gen_random_uuid(),
    title text not null,
    created_at timestamptz not null default now()
);

alter table public.tracks enable row level security;

create policy tracks_are_read_by_signed_in_users on public.tracks
    for select to authenticated using (true);

revoke all on table public.tracks from public, anon, authenticated;

grant select on table public.tracks to authenticated;

grant select, insert, update, delete on table public.tracks to service_role;
