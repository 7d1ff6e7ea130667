-- Object: public.question_attempts
-- Grain: one row per answer to a question
-- Why: the answer is what everything is computed from: accuracy, spaced repetition, mastery. It has the id of its event.
create table public.question_attempts (
    event_id uuid not null,
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    session_id text check (session_id ~ '^[0-9a-f]{64}$'),
    question_id uuid not null,
    topic_id uuid not null references public.topics (id) on delete cascade,
    selected_answer text check (octet_length(selected_answer) <= 200),
    correct_answer text check (octet_length(correct_answer) <= 200),
    is_correct boolean not null,
    is_hint_used boolean not null default false,
    time_to_answer_seconds numeric check (time_to_answer_seconds between 0 and 86400),
    attempted_at timestamptz not null check (attempted_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    primary key (user_id, event_id)
);

create index ix_question_attempts_user_created on public.question_attempts (user_id, attempted_at);

create index ix_question_attempts_topic_user on public.question_attempts (topic_id, user_id);

create index ix_question_attempts_user_question on public.question_attempts (user_id, question_id, attempted_at, event_id);

alter table public.question_attempts enable row level security;

create policy attempts_are_read_by_their_user on public.question_attempts
    for select to authenticated using (user_id = (select freshet.caller_claims() ->> 'sub'));

revoke all on table public.question_attempts from public, anon, authenticated;

grant select on table public.question_attempts to authenticated;

grant select, insert, update, delete on table public.question_attempts to service_role;

create trigger answers_were_inserted after insert on public.question_attempts
    referencing new table as new_rows
    for each statement execute function freshet.answers_changed();

create trigger answers_were_updated after update on public.question_attempts
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.answers_changed();

create trigger answers_were_deleted after delete on public.question_attempts
    referencing old table as old_rows
    for each statement execute function freshet.answers_changed();

comment on table public.question_attempts is 'Answers to questions, in the order of (attempted_at, event_id).';

comment on column public.question_attempts.time_to_answer_seconds is 'Null where it was not measured.';
