-- Object: freshet.take_readable()
-- Why: JSON may hold what jsonb cannot, and jsonb what is too long to be written out (freshet.has_long_number). Only where the
--      list as a whole is at fault its elements are looked at, one by one.
create function freshet.take_readable(list json, events jsonb, out readable jsonb, out unreadable jsonb)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    written json[];
    element jsonb;
    fault text;
begin
    unreadable := '{}';
    begin
        readable := coalesce(events, list::jsonb);
    exception
        when data_exception or program_limit_exceeded then
            null;
    end;
    if readable is not null and not freshet.has_long_number(readable) then
        return;
    end if;
    readable := '[]';
    written := array(select e from json_array_elements(list) as e);
    for place in 1..coalesce(jsonb_array_length(events), cardinality(written)) loop
        fault := null;
        begin
            element := coalesce(events -> (place - 1), written[place]::jsonb);
            fault := case when freshet.has_long_number(element) then 'a number has more than 1000 digits, or the nesting is too deep' end;
        exception
            when data_exception or program_limit_exceeded then
                fault := left(sqlerrm, 200);
        end;
        if fault is null then
            readable := readable || jsonb_build_array(element);
        else
            unreadable := unreadable || jsonb_build_object(
                place, jsonb_build_object('event_id', null, 'status', 'rejected', 'code', 'unreadable', 'detail', fault)
            );
        end if;
    end loop;
end
$$;

revoke all on function freshet.take_readable(json, jsonb) from public, anon, authenticated, service_role;

comment on function freshet.take_readable(json, jsonb) is
    'Of a list as text, or of events: the elements that can be stored, and the results of the others by their place from 1. The other argument is null.';
