-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/core/changes/has_source_changes.sql

-- Object: freshet.has_source_changes()
-- Why: a view needs a refresh if a logged change is not in the snapshot of its rows; see analytics.source_changes.
create or replace function freshet.has_source_changes(view_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select v.source_snapshot is null
        -- A snapshot from the future belongs to another cluster (a restore, a clone): it proves nothing here.
        or pg_snapshot_xmax(v.source_snapshot) > pg_snapshot_xmax(freshet.others_snapshot())
        or exists (
            select
            from analytics.view_sources as s
            join analytics.source_changes as c on c.source = s.source
            where s.view_name = v.view_name
                and (
                    c.txid = pg_current_xact_id_if_assigned()
                    or (
                        c.txid >= pg_snapshot_xmin(v.source_snapshot)
                        and not pg_visible_in_snapshot(c.txid, v.source_snapshot)
                    )
                )
        )
        -- What was written to a new partition, or while a trigger was disabled, is not logged.
        or exists (
            select
            from freshet.watch_gaps() as g
            join analytics.view_sources as s on s.source = g.source
            where s.view_name = v.view_name
        )
    from analytics.views as v
    where v.view_name = has_source_changes.view_name;
$$;

comment on function freshet.has_source_changes(text) is
    'True unless every change of the sources is logged, and every logged one included in the rows of the view.';

-- supabase/schemas/core/changes/may_notify.sql

-- Object: freshet.may_notify()
-- Why half: the server keeps notifications until every listening session has read them, and a session that stays in a
--      transaction reads none. Once the queue is full, each commit that notifies fails: the application could no longer
--      write. The queue holds 8 GB by default, and the server warns from half of it on. A notification that is left out
--      costs seconds: the jobs of the refresh queue and the listener find the change all the same.
create function freshet.may_notify(channel text)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select pg_notification_queue_usage() < 0.5
        and exists (select from analytics.event_channels as c where c.channel = may_notify.channel and c.is_on);
$$;

revoke all on function freshet.may_notify(text) from public, anon, authenticated;

comment on function freshet.may_notify(text) is
    'True where the channel is on and the server''s queue of notifications is less than half full. Triggers ask before they notify: a full queue fails the commits of all that do.';

-- supabase/schemas/core/changes/note_relative_change.sql

-- Object: freshet.note_relative_change()
-- Why: a write to a partition is a change of the source that it belongs to; see analytics.source_relatives.
create function freshet.note_relative_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into analytics.source_changes (source)
    select r.source from analytics.source_relatives as r where r.relation = tg_relid;
    return null;
end
$$;

revoke all on function freshet.note_relative_change() from public, anon, authenticated;

comment on function freshet.note_relative_change() is
    'Statement trigger on every table of analytics.source_relatives.';

-- supabase/schemas/core/changes/source_relatives.sql

-- Object: analytics.source_relatives
-- Grain: one row per watched source and table of the same tree of partitions, or of inheritance
-- Why: a statement fires the statement triggers of the table that it names, and of no other. A write to a partition
--      fires none of the partitioned table's, and a write to that one none of the partition's. So each table through
--      which rows of a source may be written has a trigger, which finds the source here.
-- Why a table: the catalogue no longer shows which table a dropped or detached partition belonged to, and its rows
--      have left the source.
create table analytics.source_relatives (
    relation regclass not null,
    source regclass not null,
    primary key (relation, source),
    check (relation <> source)
);

alter table analytics.source_relatives enable row level security;

revoke all on table analytics.source_relatives from public, anon, authenticated;

comment on table analytics.source_relatives is
    'Tables through which rows of a watched source are written although a statement names another table. Written by freshet.watch_source, freshet.watch_sources and freshet.unwatch_source only.';

comment on column analytics.source_relatives.relation is
    'A partition or child of the source, at any depth, or a table whose partition or child the source is.';

comment on column analytics.source_relatives.source is 'The source whose change a write to the relation is.';

-- supabase/schemas/core/listener/hold_listener.sql

-- Object: freshet.hold_listener()
-- Why: two listeners would refresh the same views. The lock belongs to a session, so a process that dies leaves it at
--      once. A process whose connection was cut without a word leaves its session, and the lock, until the server's
--      keepalive notices, which may take hours: such a session is ended here.
create or replace function freshet.hold_listener(instance uuid)
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
        where l.instance = hold_listener.instance
            or greatest(l.started_at, l.last_heard_at) < clock_timestamp() - silent_after;
        return false;
    end if;
    -- A session that has just taken the lock has had no time to be heard, so its time to be silent counts from now. That
    -- is no heartbeat: a process that starts or connects again and again, and is never heard, is reported.
    insert into analytics.listeners as l (instance)
    values (hold_listener.instance)
    on conflict (is_the_one) do update
    set instance = excluded.instance, started_at = excluded.started_at
    where l.instance <> excluded.instance or holder is distinct from pg_backend_pid();
    return true;
end
$$;

comment on function freshet.hold_listener(uuid) is
    'True where this session is the one that listens; else the caller stands by and asks again. Ends the session of a listener that was not heard for 90 s after it took the lock or was heard last, and an earlier session of the same process.';

-- supabase/schemas/core/listener/listeners.sql

comment on column analytics.listeners.started_at is 'When the session of that process took the lock of the listener; before that it may have stood by.';

comment on column analytics.listeners.last_heard_at is
    'When a notification that a listening process sent to itself last came back; it tries every 30 s. Before the first one: when the first process began to listen.';

-- supabase/schemas/core/refresh_queue/request_changed_refreshes.sql

-- Object: freshet.request_changed_refreshes()
-- Why: a view with refresh_on_change is refreshed soon after its sources have changed: once for a burst, after the view
--      that it reads. The jobs of the queue and `deno task listen` call this before they work through the queue. A view
--      whose last refresh failed waits for its schedule: it would fail again each time.
create or replace function freshet.request_changed_refreshes()
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

-- supabase/schemas/core/registry/has_change_trigger.sql

-- Object: freshet.has_change_trigger()
-- Why: what freshet.put_change_trigger() made can be undone by a restore, a bulk load or an operator.
create function freshet.has_change_trigger(relation oid, trigger_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from pg_catalog.pg_trigger as t
        join pg_catalog.pg_class as c on c.oid = t.tgrelid
        where t.tgrelid = has_change_trigger.relation
            and t.tgname = has_change_trigger.trigger_name
            and (t.tgenabled = 'A' or (t.tgenabled = 'O' and not pg_has_role(c.relowner, 'usage')))
    );
$$;

revoke all on function freshet.has_change_trigger(oid, text) from public, anon, authenticated;

comment on function freshet.has_change_trigger(oid, text) is
    'True where the table has this trigger, enabled as far as the current role may enable it.';

-- supabase/schemas/core/registry/put_change_trigger.sql

-- Object: freshet.put_change_trigger()
-- Why always: a data dump of the Supabase CLI begins with session_replication_role = replica, in which other triggers
--      do not fire, and the rows that it loads would never reach a view. Only the owner of a table may set this; with
--      the privilege TRIGGER alone the trigger fires as others do.
create function freshet.put_change_trigger(relation regclass, trigger_name text, function_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    enabled "char" := (
        select t.tgenabled from pg_catalog.pg_trigger as t
        where t.tgrelid = relation and t.tgname = put_change_trigger.trigger_name
    );
begin
    if enabled is null then
        execute format(
            'create trigger %I after insert or update or delete or truncate on %s for each statement execute function freshet.%I()',
            trigger_name, relation, function_name
        );
        enabled := 'O';
    end if;
    if enabled <> 'A'
        and (
            enabled <> 'O'
            or pg_has_role((select c.relowner from pg_catalog.pg_class as c where c.oid = relation), 'usage')
        )
    then
        execute format('alter table %s enable always trigger %I', relation, trigger_name);
    end if;
end
$$;

revoke all on function freshet.put_change_trigger(regclass, text, text) from public, anon, authenticated;

comment on function freshet.put_change_trigger(regclass, text, text) is
    'Creates the statement trigger on the table where it is missing, and enables it. Raises where the caller may not. Idempotent.';

-- supabase/schemas/core/registry/unwatch_relative.sql

-- Object: freshet.unwatch_relative()
-- Why: a partition that was dropped or detached, or whose source no view reads any more, needs no trigger.
create function freshet.unwatch_relative(relation regclass, source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from analytics.source_relatives as r
    where r.relation = unwatch_relative.relation and r.source = unwatch_relative.source;
    -- Without a row here the trigger logs nothing, so it may stay where it cannot be dropped.
    if not exists (select from analytics.source_relatives as r where r.relation = unwatch_relative.relation)
        and exists (
            select
            from pg_catalog.pg_trigger as t
            join pg_catalog.pg_class as c on c.oid = t.tgrelid
            where t.tgrelid = unwatch_relative.relation and t.tgname = 'freshet_note_relative_change' and pg_has_role(c.relowner, 'usage')
        )
    then
        execute format('drop trigger freshet_note_relative_change on %s', relation);
    end if;
end
$$;

revoke all on function freshet.unwatch_relative(regclass, regclass) from public, anon, authenticated;

comment on function freshet.unwatch_relative(regclass, regclass) is
    'A write to the relation no longer counts as a change of the source; its trigger goes with the last such source. Idempotent.';

-- supabase/schemas/core/registry/unwatch_source.sql

-- Object: freshet.unwatch_source()
-- Why: a trigger that no view needs writes a row for each statement, for ever. It goes with the last reader of its table.
-- Why the row: writes after this are not counted. A live relation that is registered on the table later would have the version it had
--      before them, and answers from before would be served again. So the end of watching counts as a change.
create or replace function freshet.unwatch_source(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    owner constant oid := (
        select c.relowner
        from pg_catalog.pg_trigger as t
        join pg_catalog.pg_class as c on c.oid = t.tgrelid
        where t.tgrelid = unwatch_source.source and t.tgname = 'freshet_note_source_change'
    );
begin
    if exists (select from analytics.view_sources as s where s.source = unwatch_source.source)
        or exists (select from analytics.live_relations as l where unwatch_source.source = any (l.sources))
    then
        return;
    end if;
    perform freshet.unwatch_relative(r.relation, r.source)
    from analytics.source_relatives as r
    where r.source = unwatch_source.source;
    if owner is null then
        return;
    end if;
    -- The privilege TRIGGER is enough to make one, and not to drop it.
    if not pg_has_role(owner, 'usage') then
        raise notice using
            message = format('the change trigger of %s stays: the table belongs to %s', source, owner::regrole),
            hint = format('As that role: drop trigger freshet_note_source_change on %s;', source);
        return;
    end if;
    execute format('drop trigger freshet_note_source_change on %s', source);
    insert into analytics.source_changes (source) values (unwatch_source.source);
end
$$;

comment on function freshet.unwatch_source(regclass) is
    'Drops the change trigger of a table that no view and no live relation reads, and those of its partitions. Waits for the writers of the table. Idempotent.';

-- supabase/schemas/core/registry/watch_gaps.sql

-- Object: freshet.watch_gaps()
-- Why: partitions come and go, and triggers are disabled for an import and enabled again, while nothing calls
--      Freshet. What was written meanwhile is in no log, so the source counts as changed; see freshet.watch_sources().
create function freshet.watch_gaps()
returns table (relation regclass, source regclass, is_related boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive watched as (
        select s.source from analytics.view_sources as s
        union
        select m.source from analytics.live_relations as l, unnest(l.sources) as m (source)
    ),

    sources as (
        select c.oid as source
        from watched as w
        join pg_catalog.pg_class as c on c.oid = w.source and c.relkind in ('r', 'p')
    ),

    -- Queries no longer see a partition whose detachment is pending.
    inherits as (
        select i.inhrelid as child, i.inhparent as parent from pg_catalog.pg_inherits as i where not i.inhdetachpending
    ),

    below as (
        select s.source, i.child as relation from sources as s join inherits as i on i.parent = s.source
        union
        select b.source, i.child from below as b join inherits as i on i.parent = b.relation
    ),

    above as (
        select s.source, i.parent as relation from sources as s join inherits as i on i.child = s.source
        union
        select a.source, i.parent from above as a join inherits as i on i.child = a.relation
    ),

    relatives as (
        select b.source, b.relation from below as b
        union
        select a.source, a.relation from above as a
    )

    select s.source::regclass, s.source::regclass, true
    from sources as s
    where not freshet.has_change_trigger(s.source, 'freshet_note_source_change')
    union all
    select r.relation::regclass, r.source::regclass, true
    from relatives as r
    where not freshet.has_change_trigger(r.relation, 'freshet_note_relative_change')
        or not exists (
            select from analytics.source_relatives as k where k.relation = r.relation and k.source = r.source
        )
    union all
    select k.relation, k.source, false
    from analytics.source_relatives as k
    where not exists (select from relatives as r where r.relation = k.relation and r.source = k.source);
$$;

revoke all on function freshet.watch_gaps() from public, anon, authenticated;

comment on function freshet.watch_gaps() is
    'Tables whose writes change a watched source and are not logged, the source itself too; with is_related false, tables that have left the source. Empty while every write is logged.';

-- supabase/schemas/core/registry/watch_relative.sql

-- Object: freshet.watch_relative()
-- Why: see analytics.source_relatives.
create function freshet.watch_relative(relation regclass, source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if (select c.relkind from pg_catalog.pg_class as c where c.oid = relation) not in ('r', 'p') then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot watch %s: changes of its foreign table %s cannot be seen', source, relation),
            hint = 'Read from a table that has local partitions only.';
    end if;
    perform freshet.put_change_trigger(relation, 'freshet_note_relative_change', 'note_relative_change');
    insert into analytics.source_relatives (relation, source)
    values (watch_relative.relation, watch_relative.source)
    on conflict do nothing;
end
$$;

revoke all on function freshet.watch_relative(regclass, regclass) from public, anon, authenticated;

comment on function freshet.watch_relative(regclass, regclass) is
    'From now on a write to the relation counts as a change of the source. Idempotent.';

-- supabase/schemas/core/registry/watch_source.sql

-- Object: freshet.watch_source()
-- Why: each statement that writes to a source of a view has to be logged; see analytics.source_changes.
create or replace function freshet.watch_source(source regclass, relkind "char")
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if relkind not in ('r', 'p', 'm') then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot watch %s: changes of this kind of relation cannot be seen', source),
            hint = 'Read from tables, partitioned tables, views over them, or registered materialized views.';
    end if;
    -- A materialized view logs its own change, in refresh_view.
    if relkind = 'm' then
        return;
    end if;
    perform freshet.put_change_trigger(source, 'freshet_note_source_change', 'note_source_change');
    perform freshet.watch_relative(g.relation, g.source)
    from freshet.watch_gaps() as g
    where g.source = watch_source.source and g.relation <> g.source and g.is_related;
end
$$;

comment on function freshet.watch_source(regclass, "char") is 'Puts the change trigger on a source table, and on the tables of a registered source''s tree of partitions. Idempotent.';

-- supabase/schemas/core/registry/watch_sources.sql

-- Object: freshet.watch_sources()
-- Why: closes what freshet.watch_gaps() finds. Writes before that were not logged, so the source counts as changed: in
--      this transaction, which has waited for the writers of the table. What cannot be watched counts as changed at each
--      call: its views are refreshed more often than they need, and are never stale without an alert.
create function freshet.watch_sources()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Writers of a table wait behind this while it waits for one of them.
    longest_wait constant text := '1s';
    longest_work constant interval := interval '3 seconds';
    began_at constant timestamptz := clock_timestamp();
    usual_wait constant text := current_setting('lock_timeout');
    gap record;
begin
    perform set_config('lock_timeout', longest_wait, true);
    -- At random, so that tables which are always locked keep no other from being watched.
    for gap in select g.relation, g.source, g.is_related from freshet.watch_gaps() as g order by random() loop
        if clock_timestamp() < began_at + longest_work then
            begin
                if not gap.is_related then
                    perform freshet.unwatch_relative(gap.relation, gap.source);
                elsif gap.relation = gap.source then
                    perform freshet.put_change_trigger(gap.source, 'freshet_note_source_change', 'note_source_change');
                else
                    perform freshet.watch_relative(gap.relation, gap.source);
                end if;
            exception
                when others then
                    null;
            end;
        end if;
        insert into analytics.source_changes (source) values (gap.source);
    end loop;
    perform set_config('lock_timeout', usual_wait, true);
end
$$;

revoke all on function freshet.watch_sources() from public, anon, authenticated;

comment on function freshet.watch_sources() is
    'Puts change triggers on new partitions and enables those that were disabled, and logs a change of each source concerned. Waits for a lock for one second at most. Idempotent.';

reset check_function_bodies;

-- Triggers from before fire in each session from now on, and partitions get theirs.
select freshet.watch_source(c.oid, c.relkind)
from pg_catalog.pg_class as c
where c.relkind in ('r', 'p')
    and (
        exists (select from analytics.view_sources as s where s.source = c.oid)
        or exists (select from analytics.live_relations as l where c.oid = any (l.sources))
    );
