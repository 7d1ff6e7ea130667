-- Object: public.review_sessions
-- Grain: one row per review of a learner
-- Why: table of the application; see public.learning_sessions.
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

-- Why: analytics.review_session_usage is refreshed by week.
create index review_sessions_week_idx on public.review_sessions ((date_trunc('week', started_at at time zone 'UTC')::date));

alter table public.review_sessions enable row level security;

create policy review_sessions_are_read_by_their_user on public.review_sessions
    for select to authenticated using (user_id = (select freshet.claimed_uuid('sub')));

revoke all on table public.review_sessions from public, anon, authenticated;

grant select on table public.review_sessions to authenticated;

grant select, insert, update, delete on table public.review_sessions to service_role;

comment on column public.review_sessions.completed_at is 'Null when the learner left before the last due card.';

comment on column public.review_sessions.duration_seconds is 'Null where it was not measured.';
