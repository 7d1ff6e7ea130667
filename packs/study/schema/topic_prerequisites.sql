-- Object: public.topic_prerequisites
-- Grain: one row per topic and topic that has to be learnt before it
-- Why: a gap in a topic is more urgent if other topics rest on it. A circle is accepted and reported, not refused: the
--      curriculum is edited in steps, and one wrong row must not stop the batch; see analytics.topic_prerequisite_cycles.
create table public.topic_prerequisites (
    topic_id uuid not null references public.topics (id) on delete cascade,
    prerequisite_topic_id uuid not null references public.topics (id) on delete cascade,
    primary key (topic_id, prerequisite_topic_id)
);

create index topic_prerequisites_prerequisite_topic_id_idx on public.topic_prerequisites (prerequisite_topic_id);

alter table public.topic_prerequisites enable row level security;

create policy prerequisites_are_read_by_all on public.topic_prerequisites for select to authenticated using (true);

revoke all on table public.topic_prerequisites from public, anon, authenticated;

grant select on table public.topic_prerequisites to authenticated;

grant select, insert, update, delete on table public.topic_prerequisites to service_role;
