-- Object: public.questions
-- Grain: one row per question
-- Why: this and public.responses belong to the application, which writes here; nothing analytical is ever added to
--      them. A moment before 1970, or one that no date of four digits can name, comes from a broken clock and is
--      refused: one such row would break every answer that contains it. Row security: signed-in users read the
--      questions and their own answers. Only the service role writes.
create table public.questions (
    id uuid primary key default gen_random_uuid(),
    stem text not null default '',
    lesion text check (length(lesion) <= 100),
    topic text check (length(topic) <= 100),
    created_at timestamptz not null default now()
);

alter table public.questions enable row level security;

create policy questions_are_read_by_signed_in_users on public.questions
    for select to authenticated using (true);

revoke all on table public.questions from public, anon, authenticated;

grant select on table public.questions to authenticated;

grant select, insert, update, delete on table public.questions to service_role;

comment on column public.questions.lesion is
    'As the author wrote it; analytics.question_tags holds the normalised spelling.';
