-- Object: freshet.admit_person_reading()
-- Why: the right to another person's rows is asked, and the row of the access log written, in one place for a read and for
--      an export.
create function freshet.admit_person_reading(request jsonb, reading jsonb)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    person constant text := request #>> '{scope,value}';
    reader_kind constant text := reading #>> '{reader,kind}';
    subject constant text := reading #>> '{reader,subject}';
    people text[];
begin
    if person is null
        or request #>> '{scope,column}' is null
        or request #>> '{scope,relation}' is not null
        or nullif(request #> '{scope,org}', 'null'::jsonb) is not null
        or reading ->> 'relation' is null
        or (reader_kind = 'user' and subject is not null or reader_kind = 'secret_key' and subject is null) is not true
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'read_person takes the rows of one person, for one reader',
            hint = 'request.scope is {column, value} of the person; reading is {reader: {kind: "user", subject} or {kind: "secret_key"}, relation, resource, parameters, request_id}.';
    end if;
    if reader_kind = 'user' then
        people := freshet.scope_values(jsonb_build_object('relation', reading -> 'relation', 'value', subject));
        -- A null in the list makes the comparison null, which is not a permission.
        if (person = any (people)) is not true then
            return false;
        end if;
    end if;
    insert into analytics.access_log (reader_kind, reader_id, person_id, resource, parameters, request_id)
    values (
        reader_kind, subject, person, reading ->> 'resource', reading -> 'parameters', (reading ->> 'request_id')::uuid
    );
    return true;
end
$$;

revoke all on function freshet.admit_person_reading(jsonb, jsonb) from public, anon, authenticated;

comment on function freshet.admit_person_reading(jsonb, jsonb) is
    'Whether the reader may read this person''s rows: then a row is in analytics.access_log. Raises 22023 for a request of any other shape.';
