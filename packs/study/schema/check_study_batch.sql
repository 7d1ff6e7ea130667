-- Object: analytics.check_study_batch()
-- Why: the batch's runs may all succeed, and still it is not finished by morning, or has aggregated next to nothing. This
--      job fails then, each hour until it is repaired: an incident of the audit like that of any failed job.
-- Why not at once: a project that was deployed today had no night yet, and a batch that has just begun is at work.
create function analytics.check_study_batch()
returns date
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    closed_day constant date := (now() at time zone 'UTC')::date - 1;
    batch analytics.study_batches;
    trouble text;
    remedy text := 'Read the runs of the jobs aggregate-study-days and update-topic-mastery, then: call analytics.run_study_batch().';
begin
    select b.* into batch from analytics.study_batches as b where b.stat_date = closed_day;
    if not found then
        if exists (
            select from analytics.scheduled_jobs as j
            where j.job_name = 'aggregate-study-days' and (j.declared_at at time zone 'UTC')::date <= closed_day
        ) then
            trouble := 'never began';
        end if;
    elsif batch.finished_at is null then
        if batch.started_at < now() - interval '1 hour' then
            trouble := format('is not finished: %s users done since %s', batch.users_count, batch.started_at);
        end if;
    elsif batch.error is not null then
        trouble := batch.error;
        remedy := format(
            'Users who were left out have as_of_date before %1$s in analytics.user_learning_metrics, or days up to then in freshet.days_to_aggregate. If few days are right: update analytics.study_batches set error = null where stat_date = %1$L;',
            closed_day
        );
    end if;
    if trouble is null then
        return case when batch.finished_at is not null then closed_day end;
    end if;
    raise exception using
        errcode = 'data_exception', message = format('study batch of %s: %s', closed_day, trouble), hint = remedy;
end
$$;

revoke all on function analytics.check_study_batch() from public, anon, authenticated;

comment on function analytics.check_study_batch() is
    'Returns yesterday''s date (UTC) if its batch is finished and aggregated about as much as usual, null if it began within the last hour or the jobs were declared today, and otherwise raises 22000 with the remedy.';

select analytics.register_job(
    job_name => 'check-study-batch',
    schedule => '15 6-23 * * *',
    command => 'set statement_timeout = ''1min''; select analytics.check_study_batch()',
    max_runtime => '2 minutes'
);
