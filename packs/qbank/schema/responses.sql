-- Object: public.responses
-- Grain: one row per answer of a learner to a question
-- Why: table of the application; see public.questions.
create table public.responses (
    id uuid primary key default gen_random_uuid(),
    question_id uuid not null references public.questions (id) on delete cascade,
    user_id uuid,
    is_correct boolean not null,
    duration_ms integer check (duration_ms >= 0),
    answered_at timestamptz not null default now() check (answered_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00')
);

create index responses_question_id_idx on public.responses (question_id, answered_at);

create index responses_user_id_idx on public.responses (user_id, answered_at);

create index responses_answered_at_idx on public.responses (answered_at);

-- Why: analytics.mv_lesion_topic_weeks is refreshed by week.
create index responses_week_idx on public.responses ((date_trunc('week', answered_at at time zone 'UTC')::date));

alter table public.responses enable row level security;

-- A user whose id is not a uuid gave no answer, and asking for one is no error.
create policy responses_are_read_by_who_gave_them on public.responses
    for select to authenticated using (user_id = (select freshet.claimed_uuid('sub')));

revoke all on table public.responses from public, anon, authenticated;

grant select on table public.responses to authenticated;

grant select, insert, update, delete on table public.responses to service_role;

comment on column public.responses.user_id is 'auth.users.id of the learner; null when the learner is unknown or was erased.';

comment on column public.responses.duration_ms is
    'From the display of the question to the answer; null when it was not measured.';
