-- Object: analytics.source_changes, private.note_source_change(), private.has_source_changes(),
--         private.source_lock_key(), private.trim_source_changes(), private.delete_needless_source_changes()
-- Grain: one row per statement that wrote to a source of a registered view
-- Why: a refresh is skipped when nothing changed. The log is append-only and has no unique key, so that no writer ever
--      waits for another one because of it. Rows carry the writing transaction: a view is dirty when a change exists
--      that its own snapshot does not include, so a transaction that was open across a refresh is never lost.

create table analytics.source_changes (
    source regclass not null,
    txid xid8 not null default pg_current_xact_id(),
    changed_at timestamptz not null default clock_timestamp()
);
create index source_changes_source_idx on analytics.source_changes (source, txid);
alter table analytics.source_changes enable row level security;
revoke all on table analytics.source_changes from public, anon, authenticated;

comment on table analytics.source_changes is 'Change log of the sources of registered views. Append-only; trimmed by refreshes.';

create function private.note_source_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    insert into analytics.source_changes (source) values (tg_relid);
    return null;
end
$$;
revoke all on function private.note_source_change() from public, anon, authenticated;
comment on function private.note_source_change() is 'Statement trigger on every source table of a registered view.';

create function private.has_source_changes(view_name text)
returns boolean
language sql
stable
set search_path = ''
as $$
    select v.source_snapshot is null
        -- A snapshot from the future belongs to another cluster (a restore, a clone): it proves nothing here.
        or pg_snapshot_xmax(v.source_snapshot) > pg_snapshot_xmax(pg_current_snapshot())
        or exists (
            select
            from analytics.view_sources as s
            join analytics.source_changes as c on c.source = s.source
            where s.view_name = v.view_name
                and c.txid >= pg_snapshot_xmin(v.source_snapshot)
                and not pg_visible_in_snapshot(c.txid, v.source_snapshot)
        )
    from analytics.views as v
    where v.view_name = has_source_changes.view_name;
$$;
revoke all on function private.has_source_changes(text) from public, anon, authenticated;
comment on function private.has_source_changes(text) is
    'True unless every logged change of the sources is included in the rows of the view.';

create function private.source_lock_key(source regclass)
returns bigint
language sql
immutable
set search_path = ''
as $$
    select hashtextextended('freshet.source:' || source::oid, 0);
$$;
revoke all on function private.source_lock_key(regclass) from public, anon, authenticated;
comment on function private.source_lock_key(regclass) is
    'Advisory lock of a source: shared while a refresh reads it, exclusive while its change log is trimmed.';

create function private.trim_source_changes(source regclass)
returns void
language plpgsql
set search_path = ''
as $$
declare
    lock_key constant bigint := private.source_lock_key(source);
begin
    -- A refresh in flight has a snapshot that is not in the registry yet, so what it has not seen cannot be judged.
    -- The lock is let go at once: held to the end of a long transaction it would keep other refreshes waiting.
    if not pg_try_advisory_lock(lock_key) then
        return;
    end if;
    begin
        perform private.delete_needless_source_changes(source);
    exception
        when query_canceled or others then
            perform pg_advisory_unlock(lock_key);
            raise;
    end;
    perform pg_advisory_unlock(lock_key);
end
$$;
revoke all on function private.trim_source_changes(regclass) from public, anon, authenticated;
comment on function private.trim_source_changes(regclass) is
    'Shortens the change log of a source unless a refresh is reading it. Idempotent; never waits.';

create function private.delete_needless_source_changes(source regclass)
returns void
language sql
set search_path = ''
as $$
    -- Every later snapshot includes all changes of finished transactions, so these differ only in which views include
    -- them already. What every view includes says nothing; of those that the same views lack, one says as much as all.
    with finished as (
        select
            c.ctid as change,
            array(
                select pg_visible_in_snapshot(c.txid, v.source_snapshot)
                from analytics.view_sources as s
                join analytics.views as v on v.view_name = s.view_name
                where s.source = c.source and v.source_snapshot is not null
                order by v.view_name
            ) as included_by
        from analytics.source_changes as c
        where c.source = delete_needless_source_changes.source
            and c.txid < pg_snapshot_xmin(pg_current_snapshot())
    ),
    ranked as (
        select f.change, f.included_by, row_number() over (partition by f.included_by) as place
        from finished as f
    )
    delete from analytics.source_changes as c
    using ranked as r
    where c.ctid = r.change
        and (r.place > 1 or not (false = any (r.included_by)));
$$;
revoke all on function private.delete_needless_source_changes(regclass) from public, anon, authenticated;
comment on function private.delete_needless_source_changes(regclass) is
    'Deletes the logged changes of a source that no view needs. Call it through private.trim_source_changes.';
