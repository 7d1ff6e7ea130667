-- Object: analytics.material_progress
-- Grain: one row per user and material that the user has opened
-- Reads: public.material_interactions, public.study_materials
-- Serves: /analytics/study/materials/progress
create view analytics.material_progress
with (security_invoker = on)
as
select
    i.user_id,
    i.material_id,
    m.title,
    m.topic_id,
    i.progress_rate,
    i.reading_seconds,
    i.opens_count,
    i.first_at,
    i.last_at,
    i.completed_at
from public.material_interactions as i
join public.study_materials as m on m.id = i.material_id;

revoke all on table analytics.material_progress from public, anon, authenticated;

comment on view analytics.material_progress is 'How far a user has come in each material.';

select analytics.register_live(
    name => 'material_progress',
    pack => 'study',
    sources => array['public.material_interactions', 'public.study_materials']::regclass[]
);
