-- Object: freshet.purge_operator_actions()
-- Why: who did what is itself about people; see freshet.purge_history() for the batches.
create function freshet.purge_operator_actions(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        -- By id, its key: the oldest ids are the oldest rows, but for transactions that overlapped.
        select l.action_id
        from (
            select a.action_id, a.acted_at from analytics.operator_actions as a order by a.action_id limit batch_size
        ) as l
        where l.acted_at < now() - keep_for
    ),
    deleted as (
        delete from analytics.operator_actions as a using old where a.action_id = old.action_id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_operator_actions(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_operator_actions(interval, integer) is
    'Deletes actions that are older than keep_for, at most a batch, and returns how many.';
