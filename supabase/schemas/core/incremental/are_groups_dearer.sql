-- Object: freshet.are_groups_dearer()
-- Why: from some number of groups on, computing everything is cheaper; where that begins differs by a factor of twenty
--      between views, so it is reckoned with the view's own costs.
-- Why one second: below it, the choice saves nothing worth an error of the measured costs.
-- Why half of the rows: what a group costs is not measured before the first refresh by group, which a large import may be.
-- Why timeouts: a refresh that was cut off is rolled back with what it had measured, and the next one would choose the
--      same way and be cut off again. So after each cut-off the other way is taken.
create function freshet.are_groups_dearer(declared analytics.incremental_views, dirty_count bigint, row_count bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        dirty_count * declared.group_ms > greatest(1000, 0.8 * declared.rebuild_ms),
        dirty_count > greatest(1000, row_count / 2),
        false
    ) <> (
        -- A change of the choice for each cut-off since the last refresh that ended.
        select coalesce(sum((l.sqlstate is not distinct from '57014')::integer), 0) % 2 = 1
        from (
            select r.sqlstate, bool_and(r.outcome = 'failed') over (order by r.id desc) as is_unbroken
            from (
                select a.id, a.outcome, a.sqlstate
                from analytics.refresh_log as a
                where a.view_name = declared.view_name and a.outcome <> 'skipped_busy'
                order by a.id desc
                limit 20
            ) as r
        ) as l
        where l.is_unbroken
    );
$$;

revoke all on function freshet.are_groups_dearer(analytics.incremental_views, bigint, bigint) from public, anon, authenticated;

comment on function freshet.are_groups_dearer(analytics.incremental_views, bigint, bigint) is
    'Whether so many groups are expected to take more than 80 % of the time of computing everything, and more than a second. After a refresh that ran into its time limit: the other way round.';
