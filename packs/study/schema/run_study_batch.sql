-- Object: analytics.run_study_batch()
-- Why: each step is a transaction of its own, so that a kill loses at most that step, and the next call goes on there.
-- Why a budget: the whole is one statement, and the platform cancels it after two minutes; from 84 seconds on the audit
--      warns of that (near_timeout). What is left is for the job of every minute, analytics.update_topic_mastery().
-- Why changes first: what was tracked shortly before midnight is still waiting to be folded.
-- Why no SET clause: a procedure with one may not commit. Instead each of its transactions begins with the search path.
create procedure analytics.run_study_batch(time_budget interval default '75 seconds', user_limit integer default 1000)
language plpgsql
as $$
declare
    last_change pg_catalog.int8;
    taken_count pg_catalog.int4;
    is_unfinished pg_catalog.bool;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    if freshet.begin_study_batch() is null then
        return;
    end if;
    -- What is written from now on does not keep the batch from its users.
    select max(c.change_id) into last_change from freshet.study_changes as c;
    loop
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        if clock_timestamp() > statement_timestamp() + time_budget then
            return;
        end if;
        select f.changes_count into taken_count from freshet.fold_study_changes(up_to_change => last_change) as f;
        exit when taken_count = 0;
    end loop;
    loop
        is_unfinished := freshet.continue_study_batch(user_limit);
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        exit when not is_unfinished or clock_timestamp() > statement_timestamp() + time_budget;
    end loop;
end
$$;

revoke all on procedure analytics.run_study_batch(interval, integer) from public, anon, authenticated;

comment on procedure analytics.run_study_batch(interval, integer) is
    'Runs the batch that closes yesterday (UTC), or goes on with it, user_limit users in each transaction, for at most about time_budget. Does nothing when it is finished. Progress is in analytics.study_batches.';

select analytics.register_job(
    job_name => 'aggregate-study-days',
    schedule => '5 0 * * *',
    command => 'call analytics.run_study_batch()',
    max_runtime => '2 minutes'
);
