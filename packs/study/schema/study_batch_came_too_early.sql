-- Object: freshet.study_batch_came_too_early()
-- Why: the job of every minute runs the first batch within a minute of the deployment. A history that is imported after
--      that would have no figures until midnight.
create function freshet.study_batch_came_too_early(batch analytics.study_batches)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select batch.finished_at is not null
        and batch.users_count + batch.failed_count = 0
        and (
            exists (select from freshet.study_changes)
            or cardinality(freshet.users_of_study_batch(null, 1)) > 0
        );
$$;

revoke all on function freshet.study_batch_came_too_early(analytics.study_batches) from public, anon, authenticated;

comment on function freshet.study_batch_came_too_early(analytics.study_batches) is
    'Whether a finished batch found no user, and there are users now.';
