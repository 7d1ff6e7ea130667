-- Object: freshet.take_readable()
-- Why: JSON may hold what jsonb cannot. Only where the list as a whole cannot be converted its elements are, one by one.
create function freshet.take_readable(list json, out readable jsonb, out unreadable jsonb)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    element json;
    place integer := 0;
begin
    unreadable := '{}';
    begin
        readable := list::jsonb;
        return;
    exception
        when data_exception or program_limit_exceeded then
            readable := '[]';
    end;
    for element in select e from json_array_elements(list) as e loop
        place := place + 1;
        begin
            readable := readable || jsonb_build_array(element::jsonb);
        exception
            when data_exception or program_limit_exceeded then
                unreadable := unreadable || jsonb_build_object(
                    place,
                    jsonb_build_object('event_id', null, 'status', 'rejected', 'code', 'unreadable', 'detail', left(sqlerrm, 200))
                );
        end;
    end loop;
end
$$;

revoke all on function freshet.take_readable(json) from public, anon, authenticated, service_role;

comment on function freshet.take_readable(json) is
    'The elements that jsonb can hold, and the results of those that it cannot, by their place from 1.';
