-- Object: public.tracks
-- Why: the operational tables of a learning application. Applications write here; nothing analytical is ever added to
--      them. A moment before 1970, or one that no date of four digits can name, is a broken clock and is refused: one
--      such row would break every answer that it is in.
--      Row security: signed-in users see the tracks and what they did themselves. Writes are the service's.
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
