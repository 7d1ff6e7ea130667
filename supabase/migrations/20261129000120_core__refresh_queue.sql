-- Object: private.attempt_refresh() (also by request), private.hold_refresh(), private.finish_refresh(), private.cut_overdue_refreshes(),
--         private.claim_refresh(), private.run_refresh()
-- Why: a job takes one view after another, each with its own time limit. The limit of a statement counts from its begin, so
--      the view is chosen in one statement, which sets the limit, and refreshed in the next one. What was chosen is
--      committed before the work begins, so that an attempt which kills its process was counted.

alter table analytics.refresh_log drop constraint refresh_log_requested_by_check;
alter table analytics.refresh_log
add constraint refresh_log_requested_by_check check (requested_by in ('schedule', 'manual', 'request'));

create function private.attempt_refresh(view_name text, requested_by text)
returns analytics.refresh_log
language plpgsql
set search_path = ''
-- One blocked view must not keep those after it waiting. (A statement_timeout would have no effect here.)
set lock_timeout = '5s'
as $$
declare
    entry analytics.refresh_log;
begin
    entry.view_name := view_name;
    entry.requested_by := requested_by;
    entry.started_at := clock_timestamp();
    return analytics.refresh_view(view_name, requested_by);
exception
    when query_canceled or others then
        entry.outcome := 'failed';
        entry.sqlstate := sqlstate;
        entry.message := sqlerrm;
        return private.log_refresh(entry);
end
$$;
revoke all on function private.attempt_refresh(text, text) from public, anon, authenticated;
comment on function private.attempt_refresh(text, text) is
    'Refreshes a view and returns its ledger row, failed or not: what one view does is undone alone.';

create or replace function private.attempt_refresh(view_name text)
returns analytics.refresh_log
language sql
set search_path = ''
as $$
    select private.attempt_refresh(view_name, 'manual');
$$;

create function private.hold_refresh(request_id bigint, view_name text)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
    is_mine constant boolean := current_setting('freshet.held_request', true) is not distinct from request_id::text;
begin
    if not is_mine and not pg_try_advisory_lock(private.refresh_request_key(request_id)) then
        return false;
    end if;
    -- Looked at again under the lock: another job may have done it since it was chosen. A view that is being refreshed, by its
    -- schedule or for another request, comes when that has ended: what that reads may be older than this request.
    if exists (
            select
            from analytics.refresh_request_views as v
            where v.request_id = hold_refresh.request_id and v.view_name = hold_refresh.view_name and v.outcome is null
        )
        and pg_try_advisory_lock(hashtextextended('freshet.refresh:' || view_name, 0))
    then
        perform set_config('freshet.held_request', request_id::text, false);
        return true;
    end if;
    perform pg_advisory_unlock(private.refresh_request_key(request_id));
    if is_mine then
        perform set_config('freshet.held_request', '', false);
    end if;
    return false;
end
$$;
revoke all on function private.hold_refresh(bigint, text) from public, anon, authenticated;
comment on function private.hold_refresh(bigint, text) is
    'Takes the locks of a request and of its next view for this session; false where somebody else has one of them. The first is kept from view to view.';

create function private.finish_refresh(request_id bigint, entry analytics.refresh_log)
returns void
language sql
set search_path = ''
as $$
    update analytics.refresh_request_views as v
    set outcome = entry.outcome, refresh_id = entry.id, sqlstate = entry.sqlstate, message = entry.message,
        finished_at = clock_timestamp()
    where v.request_id = finish_refresh.request_id and v.view_name = entry.view_name;

    update analytics.refresh_requests as r
    set finished_at = clock_timestamp()
    where r.id = finish_refresh.request_id
        and not exists (select from analytics.refresh_request_views as v where v.request_id = r.id and v.outcome is null);
$$;
revoke all on function private.finish_refresh(bigint, analytics.refresh_log) from public, anon, authenticated;
comment on function private.finish_refresh(bigint, analytics.refresh_log) is 'Writes what became of a view, and the end of the request with its last one.';

create function private.cut_overdue_refreshes()
returns void
language sql
set search_path = ''
as $$
    select pg_cancel_backend(l.pid)
    from analytics.refresh_request_views as v
    join analytics.refresh_requests as r on r.id = v.request_id
    join analytics.views as d on d.view_name = v.view_name
    join pg_catalog.pg_locks as l
        on l.locktype = 'advisory' and l.mode = 'ExclusiveLock' and l.granted and l.objsubid = 1
        and l.database = (select b.oid from pg_catalog.pg_database as b where b.datname = current_database())
        and (l.classid::bigint << 32) | l.objid::bigint = private.refresh_request_key(v.request_id)
    -- Of an attempt that was killed the row says the same, while the next one is just about to begin.
    join pg_catalog.pg_stat_activity as a
        on a.pid = l.pid and a.xact_start < clock_timestamp() - d.statement_timeout - interval '5 seconds'
    where r.finished_at is null
        and v.outcome is null
        and v.claimed_at < clock_timestamp() - d.statement_timeout - interval '5 seconds'
        and l.pid <> pg_backend_pid();
$$;
revoke all on function private.cut_overdue_refreshes() from public, anon, authenticated;
comment on function private.cut_overdue_refreshes() is
    'Cancels a refresh of the queue that outlives the limit of its view. Background workers of pg_cron heed no limit that a command sets; elsewhere the limit itself comes first.';

create function private.claim_refresh(worker integer default null)
returns void
language plpgsql
set search_path = ''
as $$
declare
    -- A session that has worked for so long ends after its view, so that pg_cron's history tells of it.
    longest_session constant interval := interval '30 seconds';
    most_attempts constant integer := 3;
    began_at constant timestamptz := coalesce(nullif(current_setting('freshet.queue_began_at', true), '')::timestamptz, clock_timestamp());
    candidate record;
    entry analytics.refresh_log;
begin
    perform set_config('freshet.queue_began_at', began_at::text, false);
    perform set_config('freshet.claimed_view', '', false);
    -- The request that this session has finished, in a transaction that is committed by now.
    if exists (
        select
        from analytics.refresh_requests as r
        where r.id = nullif(current_setting('freshet.held_request', true), '')::bigint and r.finished_at is not null
    ) then
        perform pg_advisory_unlock(private.refresh_request_key(current_setting('freshet.held_request')::bigint));
        perform set_config('freshet.held_request', '', false);
    end if;
    if current_setting('freshet.queue_is_empty', true) = 'yes' or began_at < clock_timestamp() - longest_session then
        return;
    end if;

    perform private.cut_overdue_refreshes();
    for candidate in
        select r.id, n.view_name, n.attempt_count, coalesce(d.statement_timeout, interval '10 minutes') as statement_timeout
        from analytics.refresh_requests as r
        cross join lateral (
            select v.view_name, v.attempt_count
            from analytics.refresh_request_views as v
            where v.request_id = r.id and v.outcome is null
            order by v.place
            limit 1
        ) as n
        left join analytics.views as d on d.view_name = n.view_name
        where r.finished_at is null
        -- What this session has begun, then what waits longest.
        order by r.id::text is distinct from current_setting('freshet.held_request', true), r.id
    loop
        continue when not private.hold_refresh(candidate.id, candidate.view_name);
        if candidate.attempt_count >= most_attempts then
            entry := null;
            entry.view_name := candidate.view_name;
            entry.requested_by := 'request';
            entry.started_at := clock_timestamp();
            entry.outcome := 'failed';
            entry.message := format(
                'refresh of analytics.%s was begun %s times and never ended: its process or the server was killed each time, so it is not tried again',
                candidate.view_name, candidate.attempt_count
            );
            perform private.finish_refresh(candidate.id, private.log_refresh(entry));
            perform pg_advisory_unlock(hashtextextended('freshet.refresh:' || candidate.view_name, 0));
            -- The request stays with this session, whose next claim goes on with it or lets it go.
            return;
        end if;
        update analytics.refresh_request_views as v
        set claimed_at = clock_timestamp(), claimed_by = claim_refresh.worker, attempt_count = v.attempt_count + 1
        where v.request_id = candidate.id and v.view_name = candidate.view_name;
        perform set_config('freshet.claimed_view', candidate.view_name, false);
        -- Neither 0, which is no limit, nor what the setting does not take: it would keep all that waits from being chosen.
        perform set_config(
            'statement_timeout',
            least(greatest(extract(epoch from candidate.statement_timeout) * 1000, 1), 2147483647)::bigint || 'ms', false
        );
        return;
    end loop;
    perform set_config('freshet.queue_is_empty', 'yes', false);
end
$$;
revoke all on function private.claim_refresh(integer) from public, anon, authenticated;
comment on function private.claim_refresh(integer) is
    'Chooses the next view of the queue for this session and sets statement_timeout to the view''s own, for the next statement. Commit, then call private.run_refresh().';

create function private.run_refresh()
returns void
language plpgsql
set search_path = ''
as $$
declare
    wanted constant text := nullif(current_setting('freshet.claimed_view', true), '');
    request_id bigint;
begin
    if wanted is null then
        return;
    end if;
    request_id := current_setting('freshet.held_request')::bigint;
    perform private.finish_refresh(request_id, private.attempt_refresh(wanted, 'request'));
    perform set_config('freshet.claimed_view', '', false);
    -- The refresh itself holds the same lock until its commit.
    perform pg_advisory_unlock(hashtextextended('freshet.refresh:' || wanted, 0));
end
$$;
revoke all on function private.run_refresh() from public, anon, authenticated;
comment on function private.run_refresh() is
    'Refreshes the view that private.claim_refresh() chose and writes its outcome. A view that fails, or is cut off, is an outcome and no failure of the job.';
