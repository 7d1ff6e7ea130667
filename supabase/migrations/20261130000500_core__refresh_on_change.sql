-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

drop function analytics.register_view(text,text,text,interval,text,regclass,interval,interval,interval,interval,interval);

alter table analytics.refresh_log drop constraint if exists refresh_log_requested_by_check;

alter table analytics.refresh_log add constraint refresh_log_requested_by_check CHECK ((requested_by = ANY (ARRAY['schedule'::text, 'manual'::text, 'request'::text, 'change'::text])));

alter table analytics.refresh_requests drop constraint if exists refresh_requests_requested_by_check;

alter table analytics.refresh_requests add constraint refresh_requests_requested_by_check CHECK ((requested_by = ANY (ARRAY['admin'::text, 'reader'::text, 'service'::text, 'database'::text, 'change'::text])));

alter table analytics.views drop constraint if exists views_spans_check;

alter table analytics.views add column refresh_on_change interval;

alter table analytics.views add constraint views_refresh_on_change_check CHECK ((refresh_on_change > '00:00:00'::interval));

alter table analytics.views add constraint views_spans_check CHECK ((GREATEST(stale_after, warn_after, source_warn_after, source_error_after, rebuild_after, statement_timeout, refresh_on_change) <= '100 years'::interval));

-- supabase/schemas/core/changes/event_channels.sql

-- Object: analytics.event_channels
-- Grain: one row per channel on which a pack's trigger notifies
-- Why: `deno task listen` listens on all of them. A notification locks the whole database for the moment of its commit,
--      one commit after another, so a project where many commits notify at once has to be able to turn one off.
create table analytics.event_channels (
    channel text primary key check (channel ~ '^[a-z][a-z0-9_]{0,62}$'),
    pack text not null,
    is_on boolean not null default true
);

alter table analytics.event_channels enable row level security;

revoke all on table analytics.event_channels from public, anon, authenticated;

comment on table analytics.event_channels is 'Channels of notifications. A row comes with its pack; is_on is the project''s own to set.';

comment on column analytics.event_channels.is_on is
    'False: the trigger notifies no one. Views with refresh_on_change are still refreshed, by the jobs of the queue.';

-- supabase/schemas/core/changes/is_being_refreshed.sql

-- Object: freshet.is_being_refreshed()
-- Why: a refresh that is waiting or running may include a change already, so the change is judged after it.
create function freshet.is_being_refreshed(view_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from analytics.refresh_requests as r
        join analytics.refresh_request_views as w on w.request_id = r.id
        where r.finished_at is null and w.view_name = is_being_refreshed.view_name and w.outcome is null
    )
    -- A refresh by schedule or by hand is not committed; its lock is visible. Trying the lock would make a refresh that
    -- begins at this moment skip the view.
    or exists (
        select
        from pg_catalog.pg_locks as l
        where l.locktype = 'advisory'
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
            and l.mode = 'ExclusiveLock'
            and l.granted
            and l.objsubid = 1
            and l.pid <> pg_backend_pid()
            and (l.classid::bigint << 32) | l.objid::bigint = hashtextextended('freshet.refresh:' || is_being_refreshed.view_name, 0)
    );
$$;

revoke all on function freshet.is_being_refreshed(text) from public, anon, authenticated;

comment on function freshet.is_being_refreshed(text) is
    'True while the view is in the queue, or another session refreshes it.';

-- supabase/schemas/core/changes/newest_source_change.sql

-- Object: freshet.newest_source_change()
-- Why: a view with refresh_on_change is refreshed once its sources have changed and come to rest. This is the only
--      function that freshet.request_changed_refreshes() asks.
create function freshet.newest_source_change(view_name text)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- The condition of freshet.has_source_changes(). A view without a snapshot, or with one of another cluster, has no
    -- known change: its schedule refreshes it.
    select max(c.changed_at)
    from analytics.views as v
    join analytics.view_sources as s on s.view_name = v.view_name
    join analytics.source_changes as c on c.source = s.source
    where v.view_name = newest_source_change.view_name
        and v.source_snapshot is not null
        and (
            c.txid = pg_current_xact_id_if_assigned()
            or (
                c.txid >= pg_snapshot_xmin(v.source_snapshot)
                and not pg_visible_in_snapshot(c.txid, v.source_snapshot)
            )
        );
$$;

revoke all on function freshet.newest_source_change(text) from public, anon, authenticated;

comment on function freshet.newest_source_change(text) is
    'When the newest logged change was made that the rows of the view do not include; null where they include all.';

-- supabase/schemas/core/listener/hear_listener.sql

-- Object: freshet.hear_listener()
-- Why: written only after a notification has come back, so it proves that the listener hears.
create function freshet.hear_listener(instance uuid)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.listeners as l set last_heard_at = clock_timestamp() where l.instance = hear_listener.instance;
$$;

revoke all on function freshet.hear_listener(uuid) from public, anon, authenticated;

comment on function freshet.hear_listener(uuid) is 'The heartbeat of the process that listens.';

-- supabase/schemas/core/listener/hold_listener.sql

-- Object: freshet.hold_listener()
-- Why: two listeners would refresh the same views. The lock belongs to a session, so a process that dies leaves it at
--      once. A process whose connection was cut without a word leaves its session, and the lock, until the server's
--      keepalive notices, which may take hours: such a session is ended here.
create function freshet.hold_listener(instance uuid)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Three heartbeats of `deno task listen`.
    silent_after constant interval := interval '90 seconds';
    holder integer;
begin
    select l.pid into holder
    from pg_catalog.pg_locks as l
    where l.locktype = 'advisory'
        and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
        and l.mode = 'ExclusiveLock'
        and l.granted
        and l.objsubid = 1
        and (l.classid::bigint << 32) | l.objid::bigint = freshet.listener_lock_key();
    if holder is distinct from pg_backend_pid() and not pg_try_advisory_lock(freshet.listener_lock_key()) then
        perform pg_terminate_backend(holder)
        from analytics.listeners as l
        where l.instance = hold_listener.instance or l.last_heard_at < clock_timestamp() - silent_after;
        return false;
    end if;
    insert into analytics.listeners as l (instance)
    values (hold_listener.instance)
    on conflict (is_the_one) do update
    set instance = excluded.instance, started_at = excluded.started_at, last_heard_at = excluded.last_heard_at
    where l.instance <> excluded.instance;
    return true;
end
$$;

revoke all on function freshet.hold_listener(uuid) from public, anon, authenticated;

comment on function freshet.hold_listener(uuid) is
    'True where this session is the one that listens; else the caller stands by and asks again. Ends the session of a listener that was not heard for 90 s, and an earlier session of the same process.';

-- supabase/schemas/core/listener/listener_lock_key.sql

-- Object: freshet.listener_lock_key()
-- Why: one process listens and the others stand by.
create function freshet.listener_lock_key()
returns bigint
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select hashtextextended('freshet.listener', 0);
$$;

revoke all on function freshet.listener_lock_key() from public, anon, authenticated;

comment on function freshet.listener_lock_key() is 'Advisory lock of the session that listens.';

-- supabase/schemas/core/listener/listeners.sql

-- Object: analytics.listeners
-- Grain: one row once `deno task listen` has been started for this database, whichever process listens
-- Why: a listener is no job, so pg_cron's history does not show that it has gone. The audit watches last_heard_at, and
--      only where this row exists: most projects need no listener.
create table analytics.listeners (
    is_the_one boolean primary key default true check (is_the_one),
    instance uuid not null,
    started_at timestamptz not null default clock_timestamp(),
    last_heard_at timestamptz not null default clock_timestamp()
);

alter table analytics.listeners enable row level security;

revoke all on table analytics.listeners from public, anon, authenticated;

comment on table analytics.listeners is 'Written by freshet.hold_listener() and freshet.hear_listener(); removed by analytics.retire_listener().';

comment on column analytics.listeners.instance is 'The process that listens, or that listened last.';

comment on column analytics.listeners.started_at is 'When that process began to listen; before that it may have stood by.';

comment on column analytics.listeners.last_heard_at is
    'When a notification that the process sent to itself last came back. It tries every 30 s.';

-- supabase/schemas/core/listener/retire_listener.sql

-- Object: analytics.retire_listener()
-- Why: a project that stops its listener for good says so, or the audit reports it as silent.
create function analytics.retire_listener()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.listeners;
$$;

revoke all on function analytics.retire_listener() from public, anon, authenticated;

comment on function analytics.retire_listener() is
    'Forgets the listener: the audit watches none until the next start of deno task listen. For the owner.';

-- supabase/schemas/core/refresh_queue/assert_refresh_is_due.sql

-- Object: freshet.assert_refresh_is_due()
-- Why: a person may refresh a view at most once a minute, through the queue or manual_refresh.
create or replace function freshet.assert_refresh_is_due(view_name text, pack text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    last_at timestamptz;
begin
    select max(b.began_at) into last_at
    from (
        select l.view_name, l.started_at as began_at
        from analytics.refresh_log as l
        where l.requested_by in ('manual', 'request')
            and l.outcome <> 'skipped_busy'
            and l.started_at > now() - interval '1 minute'
        union all
        -- A refresh that is still running has no row in the ledger yet.
        select r.view_name, r.claimed_at
        from analytics.refresh_request_views as r
        join analytics.refresh_requests as q on q.id = r.request_id
        where r.claimed_at > now() - interval '1 minute' and q.requested_by <> 'change'
    ) as b
    left join analytics.views as v on v.view_name = b.view_name
    where (assert_refresh_is_due.view_name is null or b.view_name = assert_refresh_is_due.view_name)
        and (assert_refresh_is_due.pack is null or v.pack = assert_refresh_is_due.pack);
    if last_at is not null then
        raise exception using
            errcode = 'PT429',
            message = 'a manual refresh ran less than a minute ago',
            detail = format(
                'Try again in %s seconds.', greatest(1, ceil(extract(epoch from last_at + interval '1 minute' - now())))
            ),
            hint = 'Scheduled refreshes go on as usual.';
    end if;
end
$$;

-- supabase/schemas/core/refresh_queue/awaits_source.sql

-- Object: freshet.awaits_source()
-- Why: two jobs work through the queue. A view that one of them refreshed while the other was still refreshing what the
--      view reads would have to be refreshed again.
create function freshet.awaits_source(request_id bigint, view_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- Only earlier requests count, so the first request of the queue never waits and the queue cannot lock itself.
    select exists (
        select
        from analytics.refresh_requests as r
        join analytics.refresh_request_views as w on w.request_id = r.id and w.outcome is null
        join analytics.view_sources as s
            on s.view_name = awaits_source.view_name and s.source = to_regclass(format('analytics.%I', w.view_name))
        where r.finished_at is null and r.id < awaits_source.request_id
    );
$$;

revoke all on function freshet.awaits_source(bigint, text) from public, anon, authenticated;

comment on function freshet.awaits_source(bigint, text) is
    'True while an earlier request of the queue has still to refresh a view that this view reads.';

-- supabase/schemas/core/refresh_queue/hold_refresh.sql

-- Object: freshet.hold_refresh()
-- Why: two jobs and the schedules may reach the same view at once; only one may refresh it, and no job waits.
create or replace function freshet.hold_refresh(request_id bigint, view_name text)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_mine constant boolean := current_setting('freshet.held_request', true) is not distinct from request_id::text;
begin
    if not is_mine and not pg_try_advisory_lock(freshet.refresh_request_key(request_id)) then
        return false;
    end if;
    -- Checked again under the lock: another job may have refreshed it since it was chosen. A view that is being
    -- refreshed, by its schedule or for another request, is refreshed again afterwards: that refresh may read data
    -- older than this request.
    if exists (
            select
            from analytics.refresh_request_views as v
            where v.request_id = hold_refresh.request_id and v.view_name = hold_refresh.view_name and v.outcome is null
        )
        and not freshet.awaits_source(request_id, view_name)
        and pg_try_advisory_lock(hashtextextended('freshet.refresh:' || view_name, 0))
    then
        perform set_config('freshet.held_request', request_id::text, false);
        return true;
    end if;
    perform pg_advisory_unlock(freshet.refresh_request_key(request_id));
    if is_mine then
        perform set_config('freshet.held_request', '', false);
    end if;
    return false;
end
$$;

comment on function freshet.hold_refresh(bigint, text) is
    'Takes the locks of a request and of its next view for this session; false where another session has one of them, or a source of the view is refreshed first. The request''s lock is kept from view to view.';

-- supabase/schemas/core/refresh_queue/refresh_requests.sql

comment on column analytics.refresh_requests.requested_by is
    'admin: by a verified claim; reader: a demanded age that the rows did not meet; service: the secret key; database: a function of Freshet; change: the sources of a view with refresh_on_change.';

-- supabase/schemas/core/refresh_queue/refresh_worker_command.sql

-- Object: freshet.refresh_worker_command()
-- Why: what a job of the queue runs depends on how pg_cron runs commands; see freshet.schedule_refresh_workers().
create or replace function freshet.refresh_worker_command(worker integer, in_background boolean)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Views whose sources have changed are requested first, by the job that then refreshes them: where pg_cron has
    -- minutes only, a job of its own would run at the same moment as the queue's, and its requests would wait a minute.
    -- pg_cron sends a command in one message: each of its statements has the limit that is set when it begins, and
    -- "begin" and "commit" are the command's own. Background workers of pg_cron run a command in one transaction,
    -- refuse both words, and count the limit of the role from the first statement to the last, whatever a command sets;
    -- there a block that is the whole command may commit, and freshet.cut_overdue_refreshes() enforces the shorter
    -- limits.
    select case
        when in_background
            then format(
                'do ''begin perform freshet.request_changed_refreshes(); commit; for place in 1..8 loop perform freshet.claim_refresh(%s); commit; '
                'perform freshet.run_refresh(); commit; end loop; end''', worker
            )
        else 'set statement_timeout = 0; set lock_timeout = ''5s''; '
            || 'begin; select freshet.request_changed_refreshes(); commit; '
            || rtrim(
                repeat(format('begin; select freshet.claim_refresh(%s); commit; begin; select freshet.run_refresh(); commit; ', worker), 8),
                '; '
            )
    end;
$$;

comment on function freshet.refresh_worker_command(integer, boolean) is 'What a job of the refresh queue runs: it requests what has changed, then refreshes up to eight views. in_background: as background workers of pg_cron run commands.';

-- supabase/schemas/core/refresh_queue/request_changed_refreshes.sql

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

-- supabase/schemas/core/refresh_queue/run_refresh.sql

-- Object: freshet.run_refresh()
-- Why: the statement after freshet.claim_refresh(), which has set its time limit.
create or replace function freshet.run_refresh()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted constant text := nullif(current_setting('freshet.claimed_view', true), '');
    request_id bigint;
    requested_by text;
begin
    if wanted is null then
        return;
    end if;
    request_id := current_setting('freshet.held_request')::bigint;
    -- Refreshes that changes cause do not count for the limit of one refresh a minute by a person.
    select case r.requested_by when 'change' then 'change' else 'request' end into requested_by
    from analytics.refresh_requests as r
    where r.id = request_id;
    perform freshet.finish_refresh(request_id, freshet.attempt_refresh(wanted, coalesce(requested_by, 'request')));
    perform set_config('freshet.claimed_view', '', false);
    -- The refresh itself holds the same lock until its commit.
    perform pg_advisory_unlock(hashtextextended('freshet.refresh:' || wanted, 0));
end
$$;

-- supabase/schemas/core/registry/change_table.sql

-- Object: analytics.change_table()
-- Why: PostgreSQL refuses to change a column that a view reads. By hand that takes a dozen statements for each view:
--      drop, change, create, index, comments, privileges, register, refresh, and again for each view that reads the
--      view. A forgotten step is noticed late: a view without its index cannot be refreshed, and a view that is no
--      longer registered becomes stale without an alert. This function does all of it in one transaction, so readers
--      see the old rows or the new ones, and a failure changes nothing.
--      The registry's row stays, so the version goes on counting: an answer cached before the change is never served
--      after it. References to a view by oid (rejects, sources of live relations) are kept by name meanwhile.
--      The lock of each view's refresh is taken first: a refresh that waited for the dropped view would fail.
create or replace function analytics.change_table(changed regclass, ddl text, texts jsonb default '{}', fill boolean default true)
returns setof text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Of a view that is dropped only a number would be left.
    label constant text := changed::text;
    views constant jsonb := (
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'relation', o.relation::text,
                'name', c.relname,
                'kind', case c.relkind when 'm' then 'materialized view' else 'view' end,
                'text', freshet.text_of_view(o.relation),
                'privileges', c.relacl::text,
                'owner', c.relowner::regrole::text,
                'is_filled', c.relkind = 'm' and c.relispopulated,
                'is_registered', v.view_name is not null,
                'rejects', v.rejects::text,
                'source_at', v.source_at_table::text || '.' || quote_ident(v.source_at_column)
            ) order by o.depth, not texts ? c.relname::text, o.relation::text
        ), '[]')
        from freshet.views_over(changed) as o
        join pg_catalog.pg_class as c on c.oid = o.relation
        left join analytics.views as v on to_regclass(format('analytics.%I', v.view_name)) = o.relation
    );
    lives constant jsonb := (
        select coalesce(jsonb_agg(jsonb_build_object('name', l.live_name, 'sources', l.sources::text[])), '[]')
        from analytics.live_relations as l
        where changed = any (l.sources)
            or l.sources && array(select o.relation from freshet.views_over(changed) as o)
    );
    one jsonb;
    fault text;
    declared analytics.views;
    live analytics.live_relations;
begin
    select t.name into fault
    from jsonb_object_keys(texts) as t (name)
    where t.name not in (select v.one ->> 'name' from jsonb_array_elements(views) as v (one));
    if fault is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot change %s: texts names "%s", which is no view over it', label, fault),
            hint = format('Views over it: %s.', coalesce((select string_agg(v.one ->> 'name', ', ') from jsonb_array_elements(views) as v (one)), 'none'));
    end if;
    select format('%s.%s', a.attrelid::regclass, a.attname) into fault
    from jsonb_array_elements(views) as v (one)
    join pg_catalog.pg_attribute as a on a.attrelid = (v.one ->> 'relation')::regclass
    where a.attacl is not null;
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot change %s: %s has privileges of its own, which would be lost', label, fault),
            hint = 'Revoke them before, and grant them again afterwards; or grant on the whole view.';
    end if;

    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || (v.one ->> 'name'), 0))
    from (
        select a.one from jsonb_array_elements(views) as a (one)
        where (a.one ->> 'is_registered')::boolean
        order by a.one ->> 'name'
    ) as v;
    for one in select v.one from jsonb_array_elements(views) with ordinality as v (one, place) order by v.place desc loop
        execute format('drop %s %s', one ->> 'kind', one ->> 'relation');
    end loop;

    execute ddl;

    for one in select v.one from jsonb_array_elements(views) with ordinality as v (one, place) order by v.place loop
        -- The schema file of a view may make what it leaves out, too.
        if texts ? (one ->> 'name') or to_regclass(one ->> 'relation') is null then
            execute coalesce(texts ->> (one ->> 'name'), one ->> 'text');
        end if;
        if to_regclass(one ->> 'relation') is null then
            raise exception using
                errcode = 'undefined_table',
                message = format('cannot change %s: the text of "%s" does not make %s', label, one ->> 'name', one ->> 'relation'),
                hint = 'Give the whole schema file of the view: create, index, comments.';
        end if;
        if one ->> 'owner' <> current_user::regrole::text then
            execute format('alter %s %s owner to %s', one ->> 'kind', one ->> 'relation', one ->> 'owner');
        end if;
        perform freshet.restore_privileges((one ->> 'relation')::regclass, (one ->> 'privileges')::aclitem[]);
    end loop;

    -- Only now, since what a view rejects is a view that may have come after it.
    for one in
        select v.one from jsonb_array_elements(views) with ordinality as v (one, place)
        where (v.one ->> 'is_registered')::boolean
        order by v.place
    loop
        select * into strict declared from analytics.views as v where v.view_name = one ->> 'name';
        perform analytics.register_view(
            view_name => declared.view_name,
            pack => declared.pack,
            schedule => declared.schedule,
            stale_after => declared.stale_after,
            -- A number outlives no drop, a name does; and a new text may have named another one.
            source_at => case
                when declared.source_at_column is null then null
                when not exists (select from pg_catalog.pg_class as c where c.oid = declared.source_at_table) then one ->> 'source_at'
                else declared.source_at_table::text || '.' || quote_ident(declared.source_at_column)
            end,
            rejects => case
                when declared.rejects is null then null
                when not exists (select from pg_catalog.pg_class as c where c.oid = declared.rejects) then (one ->> 'rejects')::regclass
                else declared.rejects
            end,
            statement_timeout => declared.statement_timeout,
            rebuild_after => declared.rebuild_after,
            warn_after => declared.warn_after,
            source_warn_after => declared.source_warn_after,
            source_error_after => declared.source_error_after,
            refresh_on_change => declared.refresh_on_change
        );
    end loop;
    for one in select l.one from jsonb_array_elements(lives) as l (one) loop
        select * into strict live from analytics.live_relations as l where l.live_name = one ->> 'name';
        perform analytics.register_live(
            name => live.live_name,
            pack => live.pack,
            sources => array(select s.name::regclass from jsonb_array_elements_text(one -> 'sources') as s (name)),
            moments => live.moments
        );
    end loop;

    for one in select v.one from jsonb_array_elements(views) with ordinality as v (one, place) order by v.place loop
        if fill and (one ->> 'is_filled')::boolean then
            if (one ->> 'is_registered')::boolean then
                perform analytics.refresh_view(one ->> 'name', 'manual');
            else
                execute format('refresh materialized view %s', one ->> 'relation');
            end if;
        end if;
        return next one ->> 'relation';
    end loop;
end
$$;

-- supabase/schemas/core/registry/register_view.sql

-- Object: analytics.register_view()
-- Why: the only way a view gets a schedule. It proves that the view can be refreshed concurrently, finds out what the
--      view reads, watches those sources for changes, and declares the job to the audit. Keyed on names: jobids change.
create function analytics.register_view(
    view_name text,
    pack text,
    schedule text,
    stale_after interval,
    source_at text default null,
    rejects regclass default null,
    statement_timeout interval default '10 minutes',
    rebuild_after interval default '7 days',
    warn_after interval default null,
    source_warn_after interval default null,
    source_error_after interval default null,
    refresh_on_change interval default null
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant text := 'refresh-' || view_name;
    source_at_parts constant text[] := parse_ident(source_at);
    source_at_table constant regclass := case when source_at is not null
        then to_regclass(format('%I.%I', source_at_parts[1], source_at_parts[2])) end;
    read_before constant regclass[] := array(
        select s.source from analytics.view_sources as s where s.view_name = register_view.view_name order by s.source::oid
    );
    command text;
begin
    perform freshet.assert_refreshable(view_name);
    perform freshet.assert_span(a.argument, a.span)
    from (
        values
            ('stale_after', stale_after),
            ('statement_timeout', statement_timeout),
            ('rebuild_after', rebuild_after),
            ('warn_after', warn_after),
            ('source_warn_after', source_warn_after),
            ('source_error_after', source_error_after),
            ('refresh_on_change', refresh_on_change)
    ) as a (argument, span);
    if source_at is not null and not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = source_at_table and a.attname = source_at_parts[3] and not a.attisdropped
    ) then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot register "%s": source_at names no column: "%s"', view_name, source_at),
            hint = 'Write it as schema.table.column, for example public.orders.created_at.';
    end if;
    if source_at is null and coalesce(source_warn_after, source_error_after) is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot register "%s": source_warn_after and source_error_after need source_at', view_name),
            hint = 'Name the column that holds the age of a source row: source_at => ''public.orders.created_at''.';
    end if;
    execute format('revoke all on table analytics.%I from public, anon, authenticated', view_name);

    insert into analytics.views as v (
        view_name, pack, job_name, schedule, stale_after, warn_after, rebuild_after, statement_timeout,
        source_at_table, source_at_column, source_warn_after, source_error_after, rejects, refresh_on_change
    )
    values (
        register_view.view_name, register_view.pack, job, register_view.schedule,
        register_view.stale_after, register_view.warn_after, register_view.rebuild_after, register_view.statement_timeout,
        source_at_table, source_at_parts[3], register_view.source_warn_after, register_view.source_error_after,
        register_view.rejects, register_view.refresh_on_change
    )
    on conflict on constraint views_pkey do update
    set pack = excluded.pack,
        schedule = excluded.schedule,
        stale_after = excluded.stale_after,
        warn_after = excluded.warn_after,
        source_warn_after = excluded.source_warn_after,
        source_error_after = excluded.source_error_after,
        rebuild_after = excluded.rebuild_after,
        statement_timeout = excluded.statement_timeout,
        source_at_table = excluded.source_at_table,
        source_at_column = excluded.source_at_column,
        rejects = excluded.rejects,
        refresh_on_change = excluded.refresh_on_change,
        -- The view may read something else now, so its next refresh is not skipped.
        source_snapshot = null;

    delete from analytics.view_sources as s where s.view_name = register_view.view_name;
    insert into analytics.view_sources (view_name, source)
    select register_view.view_name, r.source from freshet.sources_of_view(view_name) as r;
    perform freshet.watch_source(r.source, r.relkind) from freshet.sources_of_view(view_name) as r;
    perform freshet.unwatch_source(s.source) from unnest(read_before) as s (source);

    -- The command sets its limits itself: pg_cron does not apply those of a function.
    command := format(
        'set statement_timeout = %L; set lock_timeout = ''5s''; select analytics.refresh_view(%L)',
        (extract(epoch from statement_timeout) * 1000)::bigint || 'ms', view_name
    );
    perform cron.schedule(job, schedule, command);
    perform freshet.declare_job(
        job_name => job,
        schedule => schedule,
        command => command,
        late_after => interval '5 minutes',
        max_runtime => statement_timeout
    );
end
$$;

revoke all on function analytics.register_view(
    text, text, text, interval, text, regclass, interval, interval, interval, interval, interval, interval
)
    from public, anon, authenticated;

comment on function analytics.register_view(
    text, text, text, interval, text, regclass, interval, interval, interval, interval, interval, interval
) is
    'Registers a materialized view of schema analytics and schedules job refresh-<view>. Idempotent. source_at: schema.table.column of the newest source row; rejects: plain view of the source values left out; warn_after, source_warn_after, source_error_after: age of the rows, and of their sources, from which the audit reports them; refresh_on_change: shortest time between two refreshes that changes of the sources cause, null for refreshes by schedule alone.';

-- supabase/schemas/core/registry/views.sql

comment on column analytics.views.refresh_on_change is
    'Shortest time between two refreshes that changes of the sources cause; null: refreshed by its schedule alone.';

-- supabase/schemas/core/changes/unsettled_changes.sql

-- Object: analytics.unsettled_changes
-- Grain: one row per view with refresh_on_change whose sources have changed and that is not requested yet
-- Why: a burst is refreshed once, after it has settled. A burst that does not settle is refreshed after the time that
--      the view allows between two refreshes, counted from the moment in this row.
create table analytics.unsettled_changes (
    view_name text primary key references analytics.views (view_name) on delete cascade,
    seen_at timestamptz not null default clock_timestamp()
);

alter table analytics.unsettled_changes enable row level security;

revoke all on table analytics.unsettled_changes from public, anon, authenticated;

comment on table analytics.unsettled_changes is 'Written by freshet.request_changed_refreshes() only.';

comment on column analytics.unsettled_changes.seen_at is 'When the change was first seen.';

-- The jobs' command has changed.
select freshet.schedule_refresh_workers();
