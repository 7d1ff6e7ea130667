-- Object: freshet.delete_needless_source_changes()
-- Why: the change log of a busy table would grow for as long as its slowest view does not refresh. Folding keeps the
--      number of statements, which is the version of live relations, and what each view still lacks.
create function freshet.delete_needless_source_changes(source regclass)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- Every later snapshot includes all changes of finished transactions, so these rows differ only in which views
    -- include them already: among rows that the same views lack, one is enough. Rows that another fold has locked are
    -- left to it.
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
    'Folds the logged changes of a source: one row stays for each set of views that lacks them, and one for those that no view lacks. Call it through freshet.trim_source_changes.';
