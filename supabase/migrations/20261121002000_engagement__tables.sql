-- Object: public.tracks, learning_sessions, quiz_attempts, review_sessions, explanation_views
-- Why: the operational tables of a learning application. Applications write here; nothing analytical is ever added to
--      them. A moment before 1970, or one that no date of four digits can name, is a broken clock and is refused: one
--      such row would break every answer that it is in.
--      Row security: signed-in users see the tracks and what they did themselves. Writes are the service's.

create table public.tracks (
    id uuid primary key default gen_random_uuid(),
    title text not null,
    created_at timestamptz not null default now()
);

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

create table public.review_sessions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    started_at timestamptz not null default now() check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    completed_at timestamptz check (completed_at >= started_at),
    cards_reviewed_count integer not null default 0 check (cards_reviewed_count >= 0),
    duration_seconds integer check (duration_seconds >= 0)
);
create index review_sessions_user_id_idx on public.review_sessions (user_id, started_at);
create index review_sessions_started_at_idx on public.review_sessions (started_at);

create table public.explanation_views (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    question_id uuid not null,
    viewed_at timestamptz not null default now() check (viewed_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    dwell_ms integer check (dwell_ms >= 0),
    is_helpful boolean
);
create index explanation_views_user_id_idx on public.explanation_views (user_id, viewed_at);
create index explanation_views_question_id_idx on public.explanation_views (question_id);
create index explanation_views_viewed_at_idx on public.explanation_views (viewed_at);

comment on column public.learning_sessions.duration_seconds is 'Null while the session runs, and where its end was never reported.';
comment on column public.quiz_attempts.completed_at is 'Null while the attempt runs, and when it was given up.';
comment on column public.quiz_attempts.duration_ms is 'Null where it was not measured.';
comment on column public.review_sessions.completed_at is 'Null when the learner left before the last card that was due.';
comment on column public.review_sessions.duration_seconds is 'Null where it was not measured.';
comment on column public.explanation_views.question_id is 'Of whichever question bank the application has; the pack does not need the qbank''s.';
comment on column public.explanation_views.dwell_ms is 'How long the explanation was on the screen; null where it was not measured.';
comment on column public.explanation_views.is_helpful is 'The learner''s verdict; null when none was given.';

alter table public.tracks enable row level security;
alter table public.learning_sessions enable row level security;
alter table public.quiz_attempts enable row level security;
alter table public.review_sessions enable row level security;
alter table public.explanation_views enable row level security;

revoke all on table
    public.tracks, public.learning_sessions, public.quiz_attempts, public.review_sessions, public.explanation_views
    from public, anon, authenticated;
grant select on table
    public.tracks, public.learning_sessions, public.quiz_attempts, public.review_sessions, public.explanation_views
    to authenticated;
grant select, insert, update, delete on table
    public.tracks, public.learning_sessions, public.quiz_attempts, public.review_sessions, public.explanation_views
    to service_role;

create policy tracks_are_read_by_signed_in_users on public.tracks
    for select to authenticated using (true);
create policy learning_sessions_are_read_by_their_user on public.learning_sessions
    for select to authenticated using (user_id = (select auth.uid()));
create policy quiz_attempts_are_read_by_their_user on public.quiz_attempts
    for select to authenticated using (user_id = (select auth.uid()));
create policy review_sessions_are_read_by_their_user on public.review_sessions
    for select to authenticated using (user_id = (select auth.uid()));
create policy explanation_views_are_read_by_their_user on public.explanation_views
    for select to authenticated using (user_id = (select auth.uid()));
