-- Object: analytics.update_topic_mastery()
-- Why: mastery follows an answer within a minute. Each step is a transaction of its own, so that a kill loses at most
--      that step, and the whole ends before the statement timeout of the platform, two minutes.
-- Why no SET clause: a procedure with one may not commit. Instead each of its transactions begins with the search path.
-- Why it fails at its end: users whose changes could not be folded are reported after all others are done. Their changes
--      stay in freshet.study_changes with the error, and each run tries them again.
create procedure analytics.update_topic_mastery(time_budget interval default '75 seconds')
language plpgsql
as $$
declare
    last_change pg_catalog.int8;
    taken_count pg_catalog.int4;
    failed_count pg_catalog.int4;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    -- What is written from now on is for the next run, so that this one ends however much is written.
    select max(c.change_id) into last_change from freshet.study_changes as c;
    loop
        select f.changes_count into taken_count from freshet.fold_study_changes(up_to_change => last_change) as f;
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        exit when taken_count = 0 or clock_timestamp() > statement_timestamp() + time_budget;
    end loop;

    -- After a kill, or in a night that took longer than a run.
    if freshet.is_study_batch_due() then
        call analytics.run_study_batch(time_budget);
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    end if;

    select count(distinct c.user_id) into failed_count from freshet.study_changes as c where c.error is not null;
    if failed_count > 0 then
        -- No text of an error: it may quote a user's rows.
        raise exception using
            errcode = 'data_exception',
            message = format('mastery is not up to date for %s user(s) whose rows could not be computed', failed_count),
            hint = 'All others are done. select user_id, question_id, topic_id, error from freshet.study_changes where error is not null; correct what it names, and the next run does the rest.';
    end if;
end
$$;

revoke all on procedure analytics.update_topic_mastery(interval) from public, anon, authenticated;

comment on procedure analytics.update_topic_mastery(interval) is
    'Recomputes reviews and mastery of what changed, and goes on with a nightly batch that is due, in steps that commit, for at most about time_budget. Fails at its end if users could not be done.';

select analytics.register_job(
    job_name => 'update-topic-mastery',
    schedule => '* * * * *',
    command => 'call analytics.update_topic_mastery()',
    max_runtime => '2 minutes'
);
