-- Object: freshet.track_remedy()
-- Why: each code of a rejected event has one remedy, which a single call gives as the hint of its error.
create function freshet.track_remedy(code text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case code
        when 'not_an_object' then 'Send each event as an object with event_id, event_type, session_id and created_at.'
        when 'unknown_type' then 'Report one of these types, with what is special about it in properties.'
        when 'unknown_key' then 'Leave the key out, or report it in properties.'
        when 'missing_key' then 'Report the key with a value that is not null.'
        when 'invalid_value' then 'Correct the value; docs/study.md has the shape of each key.'
        when 'invalid_properties' then 'Report a flat object of numbers, booleans and short codes; longer texts stay in the application''s tables.'
        when 'personal_data' then 'Report an id instead, and the time of an event as created_at.'
        when 'unknown_topic' then 'Insert the topic into public.topics first, or report its id there.'
        when 'unknown_material' then 'Insert the material into public.study_materials first, or report its id there.'
        when 'too_old' then 'Drop the event: it would be deleted with its month.'
        when 'erased' then 'Drop the event: its user was erased after it happened.'
        when 'unreadable' then 'Remove NUL characters and halves of surrogate pairs: text.toWellFormed().replaceAll("\0", "").'
    end;
$$;

revoke all on function freshet.track_remedy(text) from public, anon, authenticated, service_role;

comment on function freshet.track_remedy(text) is 'What to do about an event that was rejected with this code.';
