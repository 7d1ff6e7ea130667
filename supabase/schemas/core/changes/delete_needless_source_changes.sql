-- Object: freshet.delete_needless_source_changes()
-- Grain: one row per statement that wrote to a source of a registered view
-- Why: a refresh is skipped when nothing changed. The log is append-only and has no unique key, so that no writer ever
--      waits for another one because of it. Rows carry the writing transaction: a view is dirty when a change exists
--      that its own snapshot does not include, so a transaction that was open across a refresh is never lost.
create function freshet.delete_needless_source_changes(source regclass)
returns void
language sql
set search_path = pg_catalog, pg_temp
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

revoke all on function freshet.delete_needless_source_changes(regclass) from public, anon, authenticated;

comment on function freshet.delete_needless_source_changes(regclass) is
    'Folds the logged changes of a source: one row stays for each set of views that lacks them, and one for those that none lacks. Call it through freshet.trim_source_changes.';
