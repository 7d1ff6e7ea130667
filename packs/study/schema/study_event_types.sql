-- Object: freshet.study_event_types()
-- Why: one closed list for the table's check and for tracking. A new type is a migration: reports never meet a type that
--      they do not know.
create function freshet.study_event_types()
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select array[
        'session_start', 'session_end',
        'question_view', 'question_attempt', 'hint_view', 'explanation_view',
        'material_open', 'material_progress', 'material_complete',
        'topic_view', 'review_start', 'review_complete'
    ];
$$;

revoke all on function freshet.study_event_types() from public, anon, authenticated;

comment on function freshet.study_event_types() is 'The types of event that public.study_events accepts.';
