-- Object: public.learning_sessions
-- Grain: one row per session of a learner
-- Why: this and the pack's other tables in public belong to the application, which writes here; nothing analytical is
--      ever added to them. A moment before 1970, or one that no date of four digits can name, comes from a broken clock
--      and is refused: one such row would break every answer that contains it. Row security: signed-in users read the
--      tracks and their own activity. Only the service role writes.
create table public.learning_sessions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    track_id uuid not null references public.tracks (id) on delete cascade,
    started_at timestamptz not null default now() check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    duration_seconds integer check (duration_seconds >= 0)
);

create index learning_sessions_user_id_idx on public.learning_sessions (user_id, started_at);

create index learning_sessions_track_id_idx on public.learning_sessions (track_id);

create index learning_sessions_started_at_idx on public.learning_sessions (started_at);

alter table public.learning_sessions enable row level security;

-- A user whose id is not a uuid has no row here, and asking for one is no error.
create policy learning_sessions_are_read_by_their_user on public.learning_sessions
    for select to authenticated using (user_id = (select freshet.claimed_uuid('sub')));

revoke all on table public.learning_sessions from public, anon, authenticated;

grant select on table public.learning_sessions to authenticated;

grant select, insert, update, delete on table public.learning_sessions to service_role;

comment on column public.learning_sessions.duration_seconds is
    'Null while the session runs, and where its end was never reported.';
