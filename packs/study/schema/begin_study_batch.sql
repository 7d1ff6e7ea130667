-- Object: freshet.begin_study_batch()
-- Why: a day has one batch, however often it is called for. A batch of an older day that was never finished is not
--      continued: the new one takes all its users and all its days.
create function freshet.begin_study_batch()
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

revoke all on function freshet.begin_study_batch() from public, anon, authenticated;

comment on function freshet.begin_study_batch() is
    'Begins the batch that closes yesterday (UTC), again where it came before any user did, or counts one more run of it. Returns its day, or null if it is finished.';
