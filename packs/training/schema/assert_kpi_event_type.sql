-- Object: freshet.assert_kpi_event_type()
-- Why: a check constraint alone would not list the valid types in its message.
create function freshet.assert_kpi_event_type(event_type text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    known_types constant text[] := array[
        'filler_word', 'interruption', 'question_asked', 'objection_raised', 'keyword_mentioned', 'long_pause'
    ];
begin
    if event_type = any (known_types) then
        return true;
    end if;
    raise exception using
        errcode = 'check_violation',
        message = format('unknown event type "%s"', event_type),
        hint = format('The event types are %s.', array_to_string(known_types, ', '));
end
$$;

revoke all on function freshet.assert_kpi_event_type(text) from public, anon, authenticated;

-- A check constraint runs with the rights of the writer.
grant execute on function freshet.assert_kpi_event_type(text) to service_role;

comment on function freshet.assert_kpi_event_type(text) is
    'True for one of the six event types. Otherwise raises 23514 with the list of them.';
