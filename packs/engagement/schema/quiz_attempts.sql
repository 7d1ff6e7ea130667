-- Object: public.quiz_attempts
-- Grain: one row per attempt of a learner at a quiz
-- Why: table of the application; see public.learning_sessions.
create table public.quiz_attempts (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    track_id uuid not null references public.tracks (id) on delete cascade,
    quiz_id uuid not null,
    started_at timestamptz not null default now() check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    completed_at timestamptz check (completed_at >= started_at),
    score numeric check (abs(score) < 1e15),
    duration_ms integer check (duration_ms >= 0)
);

create index quiz_attempts_user_id_idx on public.quiz_attempts (user_id, started_at);

create index quiz_attempts_track_id_idx on public.quiz_attempts (track_id, quiz_id);

create index quiz_attempts_started_at_idx on public.quiz_attempts (started_at);

alter table public.quiz_attempts enable row level security;

create policy quiz_attempts_are_read_by_their_user on public.quiz_attempts
    for select to authenticated using (user_id = (select freshet.claimed_uuid('sub')));

revoke all on table public.quiz_attempts from public, anon, authenticated;

grant select on table public.quiz_attempts to authenticated;

grant select, insert, update, delete on table public.quiz_attempts to service_role;

comment on column public.quiz_attempts.completed_at is 'Null while the attempt runs, and when it was abandoned.';

comment on column public.quiz_attempts.duration_ms is 'Null where it was not measured.';
