-- Object: freshet.request_changed_refreshes()
-- Why: a view with refresh_on_change is refreshed soon after its sources have changed: once for a burst, after the view
--      that it reads. The jobs of the queue and `deno task listen` call this before they work through the queue. A view
--      whose last refresh failed waits for its schedule: it would fail again each time.
create function freshet.request_changed_refreshes()
returns interval
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    settles_in constant interval := interval '5 seconds';
    looked_at constant timestamptz := clock_timestamp();
    next_at timestamptz;
    one record;
    due_at timestamptz;
    changed_at timestamptz;
    first_seen_at timestamptz;
    entry analytics.refresh_log;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('freshet.request_changed_refreshes', 0)) then
        return interval '1 second';
    end if;
    perform freshet.watch_sources();
    for one in
        select v.view_name, v.refresh_on_change, v.refreshed_at
        from analytics.views as v
        join freshet.refresh_order() as o on o.view_name = v.view_name
        where v.refresh_on_change is not null
            and v.refreshed_at is not null
            and 'failed' is distinct from (
                select l.outcome from analytics.refresh_log as l where l.view_name = v.view_name order by l.id desc limit 1
            )
        order by o.depth, v.view_name
    loop
        begin
            changed_at := freshet.newest_source_change(one.view_name);
            if changed_at is null then
                delete from analytics.unsettled_changes as u where u.view_name = one.view_name;
                continue;
            end if;
            if freshet.is_being_refreshed(one.view_name) then
                next_at := least(next_at, looked_at + settles_in);
                continue;
            end if;
            insert into analytics.unsettled_changes (view_name) values (one.view_name) on conflict do nothing;
            select u.seen_at into first_seen_at from analytics.unsettled_changes as u where u.view_name = one.view_name;
            due_at := greatest(
                one.refreshed_at + one.refresh_on_change,
                least(changed_at + settles_in, first_seen_at + greatest(one.refresh_on_change, settles_in))
            );
            if due_at > looked_at then
                next_at := least(next_at, due_at);
                continue;
            end if;
            perform freshet.request_refresh(one.view_name, null, 'change');
            delete from analytics.unsettled_changes as u where u.view_name = one.view_name;
        exception
            -- An outcome of this view in the ledger, where the audit looks; the other views are requested.
            when query_canceled or others then
                entry := null;
                entry.view_name := one.view_name;
                entry.requested_by := 'change';
                entry.started_at := looked_at;
                entry.outcome := 'failed';
                entry.sqlstate := sqlstate;
                entry.message := format(
                    'refresh of analytics.%s after a change was not requested [%s]: %s', one.view_name, sqlstate, sqlerrm
                );
                perform freshet.log_refresh(entry);
        end;
    end loop;
    return next_at - looked_at;
end
$$;

revoke all on function freshet.request_changed_refreshes() from public, anon, authenticated;

comment on function freshet.request_changed_refreshes() is
    'Puts each view with refresh_on_change whose sources have changed and settled for 5 s, or have not settled for as long as refresh_on_change, into the queue, sources first. Returns the time until another call may find a view due; null where no view has changed.';
