-- Object: public.study_materials
-- Grain: one row per material to read or watch
-- Why: how much of a topic's material a user has completed needs the list of the topic's materials.
create table public.study_materials (
    id uuid primary key default gen_random_uuid(),
    topic_id uuid not null references public.topics (id) on delete cascade,
    title text not null check (octet_length(title) between 1 and 500),
    created_at timestamptz not null default now()
);

create index study_materials_topic_id_idx on public.study_materials (topic_id);

alter table public.study_materials enable row level security;

create policy materials_are_read_by_all on public.study_materials for select to authenticated using (true);

revoke all on table public.study_materials from public, anon, authenticated;

grant select on table public.study_materials to authenticated;

grant select, insert, update, delete on table public.study_materials to service_role;
