-- Object: freshet.is_study_batch_due()
-- Why: the job of every minute goes on with a batch that was interrupted, and begins one whose night was missed. It leaves
--      the first ten minutes of the day to the nightly job.
create function freshet.is_study_batch_due()
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (
            select b.finished_at is null or freshet.study_batch_came_too_early(b)
            from analytics.study_batches as b
            where b.stat_date = n.at::date - 1
        ),
        n.at::time >= '00:10'
    )
    from (select now() at time zone 'UTC' as at) as n;
$$;

revoke all on function freshet.is_study_batch_due() from public, anon, authenticated;

comment on function freshet.is_study_batch_due() is
    'Whether the batch that closes yesterday (UTC) is not finished, came before any user did, or did not begin by 00:10.';
