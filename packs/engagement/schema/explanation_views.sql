-- Object: public.explanation_views
-- Grain: one row per opening of an explanation by a learner
-- Why: table of the application; see public.learning_sessions.
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

alter table public.explanation_views enable row level security;

create policy explanation_views_are_read_by_their_user on public.explanation_views
    for select to authenticated using (user_id = (select freshet.claimed_uuid('sub')));

revoke all on table public.explanation_views from public, anon, authenticated;

grant select on table public.explanation_views to authenticated;

grant select, insert, update, delete on table public.explanation_views to service_role;

comment on column public.explanation_views.question_id is
    'Question of any question bank that the application has; the pack does not need the qbank''s.';

comment on column public.explanation_views.dwell_ms is 'How long the explanation was on the screen; null where it was not measured.';

comment on column public.explanation_views.is_helpful is 'The learner''s verdict; null when none was given.';
