-- Object: public.study_sessions
-- Grain: one row per session of a user
-- Why: the session's figures are sums, least and greatest values over its events, so that they are the same in whatever
--      order events arrive.
create table public.study_sessions (
    session_id text primary key check (session_id ~ '^[0-9a-f]{64}$'),
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    started_at timestamptz not null check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    last_event_at timestamptz not null check (last_event_at between started_at and '9999-12-31 00:00+00'),
    ended_at timestamptz check (ended_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    events_count integer not null default 0 check (events_count >= 0),
    questions_attempted integer not null default 0 check (questions_attempted >= 0),
    questions_correct integer not null default 0 check (questions_correct between 0 and questions_attempted),
    materials_viewed integer not null default 0 check (materials_viewed >= 0),
    device_type text check (device_type in ('desktop', 'mobile', 'tablet', 'bot', 'other'))
);

create index ix_study_sessions_user_started on public.study_sessions (user_id, started_at);

alter table public.study_sessions enable row level security;

create policy sessions_are_read_by_their_user on public.study_sessions
    for select to authenticated using (user_id = (select freshet.caller_claims() ->> 'sub'));

revoke all on table public.study_sessions from public, anon, authenticated;

grant select on table public.study_sessions to authenticated;

grant select, insert, update, delete on table public.study_sessions to service_role;

create trigger sessions_were_started after insert on public.study_sessions
    referencing new table as new_rows
    for each statement execute function freshet.sessions_changed();

create trigger sessions_went_on after update on public.study_sessions
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.sessions_changed();

create trigger sessions_were_deleted after delete on public.study_sessions
    referencing old table as old_rows
    for each statement execute function freshet.sessions_changed();

comment on column public.study_sessions.session_id is 'HMAC-SHA256, in hex, of user and client''s session id with the pepper in Vault.';

comment on column public.study_sessions.started_at is 'The earliest event of the session.';

comment on column public.study_sessions.ended_at is 'The latest session_end; null if none was reported.';

comment on column public.study_sessions.materials_viewed is 'Events material_open.';
