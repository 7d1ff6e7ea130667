-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/core/access/access_log.sql

-- Object: analytics.access_log
-- Grain: one row per read of one person's rows by another caller
-- Why: the operator can say who has read what is known about a person. analytics.read_person() writes the row in the
--      transaction that reads the person's rows, so none of them leaves the database without it.
-- Why it is closed: it says who is interested in whom. Only the owner of the database reads it, by SQL; there is
--      no resource over it, and neither the secret key nor the role of BI tools holds a privilege on it.
create table analytics.access_log (
    access_id bigint generated always as identity primary key,
    accessed_at timestamptz not null default now(),
    reader_kind text not null check (reader_kind in ('user', 'secret_key')),
    reader_id text,
    person_id text not null,
    resource text not null,
    parameters jsonb not null,
    request_id uuid,
    constraint access_log_reader_check check ((reader_kind = 'user') = (reader_id is not null))
);

create index access_log_person_idx on analytics.access_log (person_id, accessed_at desc);

alter table analytics.access_log enable row level security;

revoke all on table analytics.access_log from public, anon, authenticated, service_role;

comment on table analytics.access_log is
    'Who read whose rows, what and when. Kept for two years (analytics.retention). Never exported, never served.';

comment on column analytics.access_log.reader_kind is
    'user: a signed-in user, also an administrator; secret_key: a server with the secret key named default.';

comment on column analytics.access_log.reader_id is 'The subject of the reader''s token; null for the secret key.';

comment on column analytics.access_log.person_id is 'The person whose rows were read.';

comment on column analytics.access_log.resource is 'The full name of the resource, like sample/days.';

comment on column analytics.access_log.parameters is
    'The checked parameters of the request, without the one that named the person.';

comment on column analytics.access_log.request_id is 'The request''s id in the function''s log and in X-Request-Id.';

-- supabase/schemas/core/read/read_person.sql

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

-- supabase/schemas/core/read/read_view.sql

-- Object: analytics.read_view()
-- Why: the one narrow door through which the functions' secret key reads. Version and rows come from one snapshot, so
--      that an answer can be stored under the version that it belongs to.
-- Why counts: no answer may be cut short silently. Its reader asks for one row more than it shows; if that row is
--      there, the answer says so, with the number of all rows, from the same snapshot. A complete answer costs no
--      count. An answer that leaves out rows which rest on too few people says how many, counted in the same snapshot
--      among the requested rows.
-- Why through: a page shows names beside ids, and a name is not a figure: it is joined when the rows are read, by a
--      plain view over the stored one. `through` names that view; state, objective and version stay those of the stored
--      view and of the names in `reads`. Filters, order and limit reach the stored rows and their indexes, as they
--      would without it.
create or replace function analytics.read_view(view_name text, request jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    scope constant jsonb := nullif(request -> 'scope', 'null'::jsonb);
    org constant jsonb := nullif(scope -> 'org', 'null'::jsonb);
    reading constant jsonb := nullif(request -> 'reading', 'null'::jsonb);
    through constant text := coalesce(request ->> 'through', view_name);
    relation regclass := to_regclass(format('analytics.%I', through));
    state constant jsonb := freshet.state_of(view_name);
    read_states jsonb;
    allowed text[];
    wanted jsonb := request -> 'filters';
    asked jsonb;
    rows_of text;
    conditions text;
    countable text;
    ordering text;
    columns text;
    rows jsonb := jsonb_build_array();
    total_count bigint;
    guards text;
    unguarded text;
    withheld_count bigint;
begin
    if state is null or (relation is null and reading is null) then
        raise exception using errcode = 'undefined_table', message = format('unknown view "%s"', case when state is null then view_name else through end);
    end if;
    select coalesce(jsonb_object_agg(r.name, freshet.state_of(r.name)), '{}'::jsonb) into read_states
    from jsonb_array_elements_text(coalesce(request -> 'reads', '[]'::jsonb)) as r (name);

    if scope is not null then
        allowed := freshet.scope_values(scope);
        if freshet.scope_denies(scope, allowed, wanted) then
            return jsonb_build_object(
                'state', state, 'reads', read_states, 'denied', true, 'scope_values', to_jsonb(allowed), 'rows', rows,
                'total_count', null, 'withheld_count', null
            );
        end if;
        wanted := wanted
            || jsonb_build_array(jsonb_build_object('column', scope -> 'column', 'op', 'in', 'value', allowed));
        if org is not null then
            wanted := wanted || jsonb_build_array(org || jsonb_build_object('op', 'eq'));
        end if;
    end if;

    if (state ->> 'populated')::boolean
        and not exists (select from jsonb_each(read_states) as r where (r.value ->> 'populated')::boolean is not true)
    then
        if reading is null then
            rows_of := relation::text;
        else
            relation := freshet.reading_rows(reading ->> 'name');
            asked := (reading -> 'asked') || jsonb_build_object(
                'people', case when org is not null then to_jsonb(allowed) end, 'scope_values', to_jsonb(allowed)
            );
            rows_of := format('freshet.%I(%L::jsonb)', 'reading_' || (reading ->> 'name'), asked);
        end if;

        select
            string_agg(c.condition, ' and '),
            string_agg(c.condition, ' and ') filter (where not c.is_place),
            string_agg(c.condition, ' and ') filter (where c.is_guard),
            string_agg(c.condition, ' and ') filter (where not c.is_place and not c.is_guard)
        into conditions, countable, guards, unguarded
        from (
            select
                freshet.wanted_condition(relation, f), f ->> 'op' in ('after', 'before'), coalesce((f ->> 'is_guard')::boolean, false)
            from jsonb_array_elements(wanted) as f
        ) as c (condition, is_place, is_guard);
        select string_agg(
            format(
                '%s %s',
                freshet.column_reference(relation, o ->> 'column'),
                case o ->> 'direction' when 'desc' then 'desc' else 'asc' end
            ), ', '
        ) into ordering
        from jsonb_array_elements(request -> 'order') as o;
        select string_agg(freshet.column_reference(relation, c), ', ') into strict columns
        from jsonb_array_elements_text(request -> 'columns') as c;

        execute format(
            'select coalesce(jsonb_agg(to_jsonb(r)), ''[]'') from (select %s from %s as v where %s order by %s limit %s) as r',
            columns, rows_of, coalesce(conditions, 'true'), ordering, coalesce((request ->> 'limit')::bigint::text, 'all')
        ) into rows;
        if (request ->> 'counts')::boolean
            or ((request ->> 'counts_cut')::boolean and jsonb_array_length(rows) = (request ->> 'limit')::bigint)
        then
            execute format('select count(*) from %s as v where %s', rows_of, coalesce(countable, 'true')) into total_count;
        end if;
        if guards is not null then
            execute format(
                'select count(*) from %s as v where %s and (%s) is not true', rows_of, coalesce(unguarded, 'true'), guards
            ) into withheld_count;
        end if;
    end if;

    return jsonb_build_object(
        'state', state, 'reads', read_states, 'denied', false, 'scope_values', to_jsonb(allowed), 'rows', rows,
        'total_count', total_count, 'withheld_count', withheld_count
    );
end
$$;

reset check_function_bodies;
