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

-- supabase/schemas/core/refresh/refresh_not_tried.sql

-- Object: freshet.refresh_not_tried()
-- Why: a canceled call reports the views that it did not reach, in rows like those of the others.
create function freshet.refresh_not_tried(view_name text)
returns analytics.refresh_log
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    entry analytics.refresh_log;
begin
    entry.view_name := view_name;
    entry.requested_by := 'manual';
    entry.outcome := 'not_tried';
    entry.message := 'the call was canceled before the turn of this view';
    return entry;
end
$$;

revoke all on function freshet.refresh_not_tried(text) from public, anon, authenticated;

comment on function freshet.refresh_not_tried(text) is
    'A row for a view that a canceled call did not reach. Nothing was attempted, so it is not in the ledger.';

-- supabase/schemas/core/refresh/manual_refresh.sql

-- Object: freshet.manual_refresh(), analytics.manual_refresh()
-- Why: an admin can refresh at once, at most once a minute for each view, if it takes no longer than a call may; a
--      longer refresh goes into the queue (analytics.request_refresh). An incident that the refresh has repaired closes
--      here and does not wait for the next slot of a nightly job.
create or replace function freshet.manual_refresh(view_name text)
returns setof analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted text;
    entry analytics.refresh_log;
    is_canceled boolean := false;
begin
    perform freshet.assert_operator();
    if view_name is not null and not exists (select from analytics.views as v where v.view_name = manual_refresh.view_name) then
        raise exception using
            errcode = 'undefined_table',
            message = format('unknown view "%s"', view_name),
            hint = 'select view_name from analytics.health_check() lists the registered views.';
    end if;
    perform freshet.assert_refresh_is_due(view_name, null);

    for wanted in
        select o.view_name
        from freshet.refresh_order() as o
        where manual_refresh.view_name is null or o.view_name = manual_refresh.view_name
    loop
        -- A statement's limit cancels once: without this the remaining views would be refreshed without any limit.
        if is_canceled then
            return next freshet.refresh_not_tried(wanted);
            continue;
        end if;
        entry := freshet.attempt_refresh(wanted);
        is_canceled := entry.sqlstate is not distinct from '57014';
        return next entry;
    end loop;
    -- Last, so that no incident is locked while a view is refreshed.
    perform freshet.close_repaired();
end
$$;

comment on function analytics.manual_refresh(text) is
    'Admins only: refreshes one view, or all in order of dependency, and returns a ledger row for each. At most once a minute for each view, requests to the queue included; PT429 (HTTP 429) otherwise. A call over the data API ends after 60 seconds; views that it did not reach have outcome not_tried and no row in the ledger: analytics.request_refresh() has the view''s own limit.';

reset check_function_bodies;
