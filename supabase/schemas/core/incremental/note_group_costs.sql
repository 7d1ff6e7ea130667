-- Object: freshet.note_group_costs()
-- Why: the break-even of a view follows its tables as they grow. What is measured is the whole statement, so each rule
--      below keeps one kind of refresh from spoiling the costs for the others.
-- Why n / (n + 30): a refresh of one group measures the planning of its statement, which takes 40 ms over many partitions,
--      where a group takes 0.1 ms. One of a thousand groups measures the groups.
-- Why no rise below a second: for the same reason. A group that is dear in truth soon makes a refresh longer than that.
-- Why 0.97: while computing everything is chosen, no group is measured. So what is believed of a group sinks, and after
--      some time groups are tried again: a cost that a busy machine or a missing index has raised does not stay for ever.
create function freshet.note_group_costs(
    view_name text, is_rebuild boolean, is_dearer boolean, dirty_count bigint, spent_ms double precision
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.incremental_views as v
    set rebuild_ms = case when is_rebuild then (coalesce(v.rebuild_ms, spent_ms) + spent_ms) / 2 else v.rebuild_ms end,
        group_ms = case
            when is_dearer then 0.97 * v.group_ms
            when is_rebuild or dirty_count = 0 then v.group_ms
            when v.group_ms < spent_ms / dirty_count and spent_ms < 1000 then v.group_ms
            else coalesce(v.group_ms, 0) + (spent_ms / dirty_count - coalesce(v.group_ms, 0)) * dirty_count / (dirty_count + 30)
        end,
        slow_run_count = case
            when is_dearer then v.slow_run_count + 1
            when is_rebuild then v.slow_run_count
            when spent_ms > greatest(1000, v.rebuild_ms) then v.slow_run_count + 1
            else 0
        end
    where v.view_name = note_group_costs.view_name;
$$;

revoke all on function freshet.note_group_costs(text, boolean, boolean, bigint, double precision) from public, anon, authenticated;

comment on function freshet.note_group_costs(text, boolean, boolean, bigint, double precision) is
    'Keeps what a refresh of an incremental view has cost. is_rebuild: everything was computed; is_dearer: because the groups would have taken longer.';
