-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/study/schema/begin_study_batch.sql

-- Object: freshet.begin_study_batch()
-- Why: a day has one batch, however often it is called for. A batch of an older day that was never finished is not
--      continued: the new one takes all its users and all its days.
create or replace function freshet.begin_study_batch()
returns date
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    closed_day constant date := (now() at time zone 'UTC')::date - 1;
    is_finished boolean;
begin
    perform freshet.lock_study_jobs();

    delete from analytics.study_batches as b where b.stat_date = closed_day and freshet.study_batch_came_too_early(b);
    select b.finished_at is not null into is_finished from analytics.study_batches as b where b.stat_date = closed_day;
    if is_finished then
        return null;
    elsif not is_finished then
        update analytics.study_batches as b set attempts_count = b.attempts_count + 1 where b.stat_date = closed_day;
        return closed_day;
    end if;

    update analytics.study_batches as b
    set error = format('not finished when the batch of %s began, which took over its users and days', closed_day)
    where b.finished_at is null and b.error is null;

    -- The curriculum is the same for all users: computed once for the batch.
    delete from freshet.prerequisite_impacts;
    insert into freshet.prerequisite_impacts (topic_id, prerequisite_impact, cycle_id)
    select c.topic_id, c.prerequisite_impact, c.cycle_id from freshet.prerequisite_closure() as c;

    insert into analytics.study_batches (stat_date, cycles_count)
    select closed_day, count(*) from freshet.prerequisite_impacts as i where i.cycle_id is not null;
    return closed_day;
end
$$;

comment on function freshet.begin_study_batch() is
    'Begins the batch that closes yesterday (UTC), again where it came before any user did, or counts one more run of it. Returns its day, or null if it is finished.';

-- packs/study/schema/is_study_batch_due.sql

-- Object: freshet.is_study_batch_due()
-- Why: the job of every minute goes on with a batch that was interrupted, and begins one whose night was missed. It leaves
--      the first ten minutes of the day to the nightly job.
create or replace function freshet.is_study_batch_due()
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

comment on function freshet.is_study_batch_due() is
    'Whether the batch that closes yesterday (UTC) is not finished, came before any user did, or did not begin by 00:10.';

-- packs/study/schema/study_batch_came_too_early.sql

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

reset check_function_bodies;
