-- Object: public.topics
-- Grain: one row per topic of the curriculum
-- Why: table of the application. A topic's weight in the exam decides how urgent a gap in it is.
create table public.topics (
    id uuid primary key default gen_random_uuid(),
    name text not null check (octet_length(name) between 1 and 500),
    board_exam_weight numeric not null default 0 check (board_exam_weight between 0 and 10),
    created_at timestamptz not null default now()
);

alter table public.topics enable row level security;

create policy topics_are_read_by_all on public.topics for select to authenticated using (true);

revoke all on table public.topics from public, anon, authenticated;

grant select on table public.topics to authenticated;

grant select, insert, update, delete on table public.topics to service_role;

comment on column public.topics.board_exam_weight is 'Importance in the exam, 0 to 10.';
