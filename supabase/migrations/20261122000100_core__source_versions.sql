-- Object: analytics.source_changes.statement_count, private.delete_needless_source_changes() (replaced),
--         analytics.trim_source_changes(), job trim-source-changes
-- Why: how many writes a table has seen is its version, and an answer that rests on the table can be cached under it. So a
--      trim no longer forgets how many statements it removed: rows that tell the views the same are folded into one that
--      carries their number. What a snapshot counts is the same before and after a fold, and moves with each commit.
--      A view that refreshes once a day would let a busy table's log grow for a day: a job trims it every five minutes.

alter table analytics.source_changes add column statement_count bigint not null default 1 check (statement_count > 0);
comment on table analytics.source_changes is
    'Change log of the sources of registered views and live relations. Appended to by writers; folded by refreshes and by job trim-source-changes.';
comment on column analytics.source_changes.statement_count is 'How many statements the row stands for: more than one after a fold.';

create or replace function private.delete_needless_source_changes(source regclass)
returns void
language sql
set search_path = ''
as $$
    -- Every later snapshot includes all changes of finished transactions, so these differ only in which views include
    -- them already: of those that the same views lack, one says as much as all. Rows that another fold holds are its.
    with finished as materialized (
        select
            c.ctid as change,
            c.statement_count,
            c.changed_at,
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
        for update of c skip locked
    ),
    ranked as (
        select
            f.change,
            row_number() over alike as place,
            count(*) over alike as row_count,
            sum(f.statement_count) over alike as statement_count,
            max(f.changed_at) over alike as changed_at
        from finished as f
        window alike as (partition by f.included_by order by f.change rows between unbounded preceding and unbounded following)
    ),
    folded as (
        delete from analytics.source_changes as c
        using ranked as r
        where c.ctid = r.change and r.place > 1
    )
    update analytics.source_changes as c
    set statement_count = r.statement_count, changed_at = r.changed_at
    from ranked as r
    where c.ctid = r.change and r.place = 1 and r.row_count > 1;
$$;
comment on function private.delete_needless_source_changes(regclass) is
    'Folds the logged changes of a source: one row stays for each set of views that lacks them, and one for those that none lacks. Call it through private.trim_source_changes.';

create function analytics.trim_source_changes()
returns void
language sql
security definer
set search_path = ''
as $$
    select private.trim_source_changes(c.source)
    from (select distinct c.source from analytics.source_changes as c) as c
    order by c.source::oid;
$$;
revoke all on function analytics.trim_source_changes() from public, anon, authenticated;
comment on function analytics.trim_source_changes() is 'Folds the change log of every source that no refresh is reading. Idempotent; never waits.';

select analytics.register_job(
    job_name => 'trim-source-changes',
    schedule => '*/5 * * * *',
    command => 'set statement_timeout = ''1min''; select analytics.trim_source_changes()',
    max_runtime => '1 minute'
);
