-- Object: freshet.continue_study_batch()
-- Why: the figures of some users and the progress of the batch are written in one transaction, so a kill at any point
--      loses both or neither.
-- Why users one by one after an error: what the calculation cannot take in one user's rows must not keep the others from
--      their figures. Such a user keeps the figures and the marks of an earlier night, and the batch reports an error.
-- Why one moment for all: mastery decays with time, so all users of a batch are computed as of its begin, whatever
--      interrupted it.
create function freshet.continue_study_batch(user_limit integer default 1000)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    batch analytics.study_batches;
    user_ids text[];
    each_user text;
    new_days integer := 0;
    new_failures integer := 0;
    failure text;
begin
    if user_limit is null or user_limit not between 1 and 100000 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot take %s users at a time', coalesce(user_limit::text, 'null')),
            hint = 'Give 1 to 100000 users for each transaction; 1000 is usual.';
    end if;
    perform freshet.lock_study_jobs();
    select b.* into batch
    from analytics.study_batches as b
    where b.stat_date = (now() at time zone 'UTC')::date - 1 and b.finished_at is null;
    if not found then
        return false;
    end if;

    user_ids := freshet.users_of_study_batch(batch.last_user_id, user_limit);
    if cardinality(user_ids) = 0 then
        update analytics.study_batches as b
        set finished_at = clock_timestamp(), error = coalesce(b.error, freshet.study_batch_shortfall(b.stat_date, b.days_count))
        where b.stat_date = batch.stat_date;
        return false;
    end if;

    begin
        new_days := freshet.compute_study_users(user_ids, batch.stat_date, batch.started_at);
    exception
        when others then
            if freshet.is_passing(sqlstate) then
                raise;
            end if;
            failure := sqlstate;
    end;
    if failure is not null then
        foreach each_user in array user_ids loop
            begin
                new_days := new_days + freshet.compute_study_users(array[each_user], batch.stat_date, batch.started_at);
            exception
                when others then
                    if freshet.is_passing(sqlstate) then
                        raise;
                    end if;
                    failure := sqlstate;
                    new_failures := new_failures + 1;
            end;
        end loop;
    end if;

    update analytics.study_batches as b
    set last_user_id = user_ids[cardinality(user_ids)],
        users_count = b.users_count + cardinality(user_ids) - new_failures,
        days_count = b.days_count + new_days,
        failed_count = b.failed_count + new_failures,
        error = case
            -- No text of the error: it may quote a user's rows.
            when new_failures > 0 then
                format('%s users could not be computed, the last with SQLSTATE %s', b.failed_count + new_failures, failure)
            else b.error
        end
    where b.stat_date = batch.stat_date;
    return true;
end
$$;

revoke all on function freshet.continue_study_batch(integer) from public, anon, authenticated;

comment on function freshet.continue_study_batch(integer) is
    'Computes the next users of the batch that closes yesterday (UTC), or ends it. True while it is not finished; false also if there is none.';
