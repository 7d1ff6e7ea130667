-- Object: analytics.source_changes, private.note_source_change(), private.has_source_changes(),
--         private.source_lock_key(), private.trim_source_changes()
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
    horizon constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
    included_below xid8;
    unseen_from xid8;
begin
    -- A refresh in flight has a snapshot that is not in the registry yet, so what it has not seen cannot be judged.
    if not pg_try_advisory_xact_lock(private.source_lock_key(source)) then
        return;
    end if;

    -- xid8 has min and max only from PostgreSQL 18 on: the order of its index does the same.
    select pg_snapshot_xmin(v.source_snapshot) into included_below
    from analytics.view_sources as s
    join analytics.views as v on v.view_name = s.view_name
    where s.source = trim_source_changes.source and v.source_snapshot is not null
    order by 1
    limit 1;

    select pg_snapshot_xmax(v.source_snapshot) into unseen_from
    from analytics.view_sources as s
    join analytics.views as v on v.view_name = s.view_name
    where s.source = trim_source_changes.source and v.source_snapshot is not null
    order by 1 desc
    limit 1;

    -- Changes that every view includes say nothing any more. Of the committed ones that no view includes yet, one says
    -- as much as all: it makes every view dirty now, and every later snapshot includes it together with the rest.
    delete from analytics.source_changes as c
    where c.ctid = any (array(
        select d.ctid
        from analytics.source_changes as d
        where d.source = trim_source_changes.source
            and d.txid < horizon
            and (
                d.txid < included_below
                or (
                    d.txid >= unseen_from
                    and d.ctid <> (
                        select k.ctid
                        from analytics.source_changes as k
                        where k.source = trim_source_changes.source and k.txid < horizon
                        order by k.txid desc, k.ctid desc
                        limit 1
                    )
                )
            )
        for update skip locked
    ));
end
$$;
revoke all on function private.trim_source_changes(regclass) from public, anon, authenticated;
comment on function private.trim_source_changes(regclass) is
    'Deletes the logged changes of a source that no view needs any more. Idempotent; never waits.';
