-- Object: analytics.read_person()
-- Why: the one way to read a person's rows for another caller. The right, the row of the access log and the rows are
--      one transaction, which is committed before its answer leaves the database: an insert that fails takes the rows
--      with it. It is volatile because the data API runs stable functions in read-only transactions.
-- Why the relation here: read_view() knows scopes by their value. Whether the subject may name this person is asked at
--      each read, and before anything else, so that a refusal says nothing about the person, not even their existence.
create function analytics.read_person(view_name text, request jsonb, reading jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    scope constant jsonb := request -> 'scope';
    person constant text := scope ->> 'value';
    reader_kind constant text := reading #>> '{reader,kind}';
    subject constant text := reading #>> '{reader,subject}';
    people text[];
begin
    if person is null
        or scope ->> 'column' is null
        or scope ->> 'relation' is not null
        or nullif(scope -> 'org', 'null'::jsonb) is not null
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
            return jsonb_build_object(
                'state', freshet.state_of(view_name), 'reads', '{}'::jsonb, 'denied', true, 'scope_values', null,
                'rows', jsonb_build_array(), 'total_count', null, 'withheld_count', null
            );
        end if;
    end if;

    insert into analytics.access_log (reader_kind, reader_id, person_id, resource, parameters, request_id)
    values (
        reader_kind, subject, person, reading ->> 'resource', reading -> 'parameters', (reading ->> 'request_id')::uuid
    );
    return analytics.read_view(view_name, request);
end
$$;

revoke all on function analytics.read_person(text, jsonb, jsonb) from public, anon, authenticated;

grant execute on function analytics.read_person(text, jsonb, jsonb) to service_role;

comment on function analytics.read_person(text, jsonb, jsonb) is
    'The answer of analytics.read_view to a request whose scope is one person, for another reader, with a row in analytics.access_log. Service role only. reading: {reader: {kind: "user", subject} or {kind: "secret_key"}, relation, resource, parameters, request_id}. denied: freshet.scope_<relation>(subject) does not list the person; then nothing is read and nothing logged. Raises 22023 for a request of any other shape, and whatever the insert raises.';
