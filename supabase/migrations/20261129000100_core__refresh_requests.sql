-- Object: analytics.refresh_requests, analytics.refresh_request_views, private.refresh_request_key(), private.waiting_refresh(),
--         private.request_refresh(), private.refresh_request(), analytics.refresh_request()
-- Grain: refresh_requests: one row per request that was taken; refresh_request_views: one row per view of it
-- Why: whoever calls over HTTP is cut off after eight seconds, and a refresh may take ten minutes. So a refresh is asked for, a job
--      does it, and what became of it is looked up. An event or an export asks in the same way.

create table analytics.refresh_requests (
    id bigint generated always as identity primary key,
    view_name text,
    pack text,
    requested_by text not null check (requested_by in ('admin', 'reader', 'service', 'database')),
    requested_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    check (num_nonnulls(view_name, pack) = 1)
);
create index refresh_requests_waiting_idx on analytics.refresh_requests (id) where finished_at is null;
create index refresh_requests_finished_idx on analytics.refresh_requests (finished_at) where finished_at is not null;
alter table analytics.refresh_requests enable row level security;
revoke all on table analytics.refresh_requests from public, anon, authenticated;

comment on table analytics.refresh_requests is 'Queue of refreshes. Written by private.request_refresh and the jobs analytics-refresh-queue-* only.';
comment on column analytics.refresh_requests.view_name is 'The view that was asked for; null where a pack was.';
comment on column analytics.refresh_requests.requested_by is
    'admin: by a verified claim; reader: a demanded age that the rows did not meet; service: the secret key; database: a function of ours.';
comment on column analytics.refresh_requests.finished_at is 'When the last of its views had an outcome; null until then.';

create table analytics.refresh_request_views (
    request_id bigint not null references analytics.refresh_requests (id) on delete cascade,
    view_name text not null,
    place integer not null,
    attempt_count integer not null default 0,
    claimed_at timestamptz,
    claimed_by integer,
    finished_at timestamptz,
    outcome text check (outcome in ('refreshed', 'skipped_busy', 'skipped_clean', 'failed')),
    refresh_id bigint,
    sqlstate text,
    message text,
    primary key (request_id, view_name),
    check ((outcome is null) = (finished_at is null))
);
create index refresh_request_views_claimed_idx on analytics.refresh_request_views (view_name, claimed_at);
alter table analytics.refresh_request_views enable row level security;
revoke all on table analytics.refresh_request_views from public, anon, authenticated;

comment on table analytics.refresh_request_views is 'What a request is made of, sources before the views that read them, and what became of each.';
comment on column analytics.refresh_request_views.attempt_count is 'How often a job began it. It is begun again only where the attempt before left no outcome: the server or the job was killed.';
comment on column analytics.refresh_request_views.claimed_at is 'When a job began it last.';
comment on column analytics.refresh_request_views.claimed_by is 'The job that did, analytics-refresh-queue-<number>; null for a session of somebody''s own.';
comment on column analytics.refresh_request_views.refresh_id is 'analytics.refresh_log.id of its outcome.';

create function private.refresh_request_key(id bigint)
returns bigint
language sql
immutable
set search_path = ''
as $$
    select hashtextextended('freshet.refresh_request:' || id, 0);
$$;
revoke all on function private.refresh_request_key(bigint) from public, anon, authenticated;
comment on function private.refresh_request_key(bigint) is
    'Advisory lock of a request: exclusive while a job works on it, shared by who is told that it waits, until their transaction ends.';

create function private.waiting_refresh(view_name text, pack text)
returns analytics.refresh_requests
language plpgsql
set search_path = ''
as $$
declare
    candidate bigint;
    request analytics.refresh_requests;
begin
    for candidate in
        select r.id
        from analytics.refresh_requests as r
        where r.finished_at is null
            and r.view_name is not distinct from waiting_refresh.view_name
            and r.pack is not distinct from waiting_refresh.pack
        order by r.id
    loop
        -- A request that runs may have read its sources before the caller's write: it is no answer. One that waits cannot begin
        -- before this transaction has ended, so that it sees what the transaction wrote.
        if pg_try_advisory_xact_lock_shared(private.refresh_request_key(candidate)) then
            -- Looked at again under the lock: it may have run and ended since the list was made.
            select r.* into request
            from analytics.refresh_requests as r
            where r.id = candidate
                and r.finished_at is null
                and not exists (
                    select from analytics.refresh_request_views as v where v.request_id = r.id and v.outcome is not null
                );
            if found then
                return request;
            end if;
        end if;
    end loop;
    return null;
end
$$;
revoke all on function private.waiting_refresh(text, text) from public, anon, authenticated;
comment on function private.waiting_refresh(text, text) is
    'The request for this view or pack that has not begun, and will not before the caller''s transaction has ended; null where there is none.';

create function private.request_refresh(view_name text, pack text, requested_by text)
returns analytics.refresh_requests
language plpgsql
set search_path = ''
as $$
declare
    request analytics.refresh_requests;
begin
    if num_nonnulls(view_name, pack) <> 1 then
        raise exception using
            errcode = 'PT400',
            message = 'a refresh is asked for one view or for one pack',
            hint = 'Give exactly one of view_name and pack.';
    end if;
    if not exists (
        select from analytics.views as v where v.view_name = request_refresh.view_name or v.pack = request_refresh.pack
    ) then
        raise exception using
            errcode = 'PT404',
            message = case
                when pack is null then format('unknown view "%s"', view_name)
                else format('unknown pack "%s"', pack)
            end,
            hint = 'select view_name, pack from analytics.health_check() lists the registered views.';
    end if;

    request := private.waiting_refresh(view_name, pack);
    if request.id is null then
        -- Of two at once the second waits until the first has committed, and finds its request.
        perform pg_advisory_xact_lock(hashtextextended(format('freshet.request:%s:%s', view_name, pack), 0));
        request := private.waiting_refresh(view_name, pack);
    end if;
    if request.id is null then
        insert into analytics.refresh_requests (view_name, pack, requested_by)
        values (request_refresh.view_name, request_refresh.pack, request_refresh.requested_by)
        returning * into request;
        insert into analytics.refresh_request_views (request_id, view_name, place)
        select request.id, o.view_name, row_number() over (order by o.depth, o.view_name)
        from private.refresh_order() as o
        join analytics.views as v on v.view_name = o.view_name
        where v.view_name = request_refresh.view_name or v.pack = request_refresh.pack;
    end if;
    return request;
end
$$;
revoke all on function private.request_refresh(text, text, text) from public, anon, authenticated;
comment on function private.request_refresh(text, text, text) is
    'The one way into the queue: the request for this view or pack that waits, or a new one. It is begun after the caller''s transaction has ended and sees what that wrote. Checks no caller.';

create function private.refresh_request(id bigint)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    is_locked boolean;
    answer jsonb;
begin
    perform private.assert_operator();
    -- What runs is not committed; its lock is seen by everybody.
    select exists (
        select
        from pg_catalog.pg_locks as l
        where l.locktype = 'advisory'
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
            and l.mode = 'ExclusiveLock'
            and l.granted
            and l.objsubid = 1
            and (l.classid::bigint << 32) | l.objid::bigint = private.refresh_request_key(refresh_request.id)
    ) into is_locked;

    select jsonb_build_object(
        'id', r.id,
        'state', case
            when r.finished_at is not null then 'finished'
            when is_locked or bool_or(v.outcome is not null) then 'running'
            else 'queued'
        end,
        'view', r.view_name,
        'pack', r.pack,
        'requested_by', r.requested_by,
        'requested_at', r.requested_at,
        'finished_at', r.finished_at,
        'views', jsonb_agg(
            jsonb_build_object(
                'view', v.view_name,
                'state', case
                    when v.outcome is not null then 'finished'
                    when is_locked and v.claimed_at is not null then 'running'
                    else 'queued'
                end,
                'outcome', v.outcome,
                'refresh_id', v.refresh_id,
                'sqlstate', v.sqlstate,
                'message', left(v.message, 4000),
                'attempt_count', v.attempt_count,
                'started_at', v.claimed_at,
                'finished_at', v.finished_at
            )
            order by v.place
        )
    ) into answer
    from analytics.refresh_requests as r
    join analytics.refresh_request_views as v on v.request_id = r.id
    where r.id = refresh_request.id
    group by r.id;
    return answer;
end
$$;
revoke all on function private.refresh_request(bigint) from public, anon, authenticated;
grant execute on function private.refresh_request(bigint) to authenticated, service_role;
comment on function private.refresh_request(bigint) is 'Checks the caller, then answers. Reached through analytics.refresh_request.';

create function analytics.refresh_request(id bigint)
returns jsonb
language sql
set search_path = ''
as $$
    select private.refresh_request(id);
$$;
revoke all on function analytics.refresh_request(bigint) from public, anon, authenticated;
grant execute on function analytics.refresh_request(bigint) to authenticated, service_role;
comment on function analytics.refresh_request(bigint) is
    'Operators only: how a request stands, queued, running or finished, and each of its views with outcome, ledger row and error; null where there is no such request. Messages are unscrubbed.';
