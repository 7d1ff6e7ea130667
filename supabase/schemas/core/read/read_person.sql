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
begin
    if not freshet.admit_person_reading(request, reading) then
        return jsonb_build_object(
            'state', freshet.state_of(view_name), 'reads', '{}'::jsonb, 'denied', true, 'scope_values', null,
            'rows', jsonb_build_array(), 'total_count', null, 'withheld_count', null
        );
    end if;
    return analytics.read_view(view_name, request);
end
$$;

revoke all on function analytics.read_person(text, jsonb, jsonb) from public, anon, authenticated;

grant execute on function analytics.read_person(text, jsonb, jsonb) to service_role;

comment on function analytics.read_person(text, jsonb, jsonb) is
    'The answer of analytics.read_view to a request whose scope is one person, for another reader, with a row in analytics.access_log. Service role only. reading: {reader: {kind: "user", subject} or {kind: "secret_key"}, relation, resource, parameters, request_id}. denied: freshet.scope_<relation>(subject) does not list the person; then nothing is read and nothing logged. Raises 22023 for a request of any other shape, and whatever the insert raises.';
