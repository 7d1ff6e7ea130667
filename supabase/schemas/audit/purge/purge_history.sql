-- Object: freshet.purge_history()
-- Why: the histories here grow for ever, and pg_cron's has no purge of its own. Each call deletes at most a batch of
--      each, so that no lock, no transaction and no replica waits for long; the next call deletes the rest.
create function freshet.purge_history()
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    rule analytics.retention;
    deleted jsonb := '{}'::jsonb;
begin
    -- Two at once would only wait for each other's rows.
    if not pg_try_advisory_xact_lock(hashtextextended('freshet.purge', 0)) then
        return deleted;
    end if;
    for rule in
        -- Alerts before the incidents that they are about.
        select r.* from analytics.retention as r order by r.history = 'incidents', r.history
    loop
        deleted := deleted || jsonb_build_object(rule.history, case rule.history
            when 'runs' then freshet.purge_runs(rule) + freshet.purge_worker_runs(rule.batch_size)
            when 'refresh_log' then freshet.purge_refresh_log(rule.keep_for, rule.batch_size)
            when 'refresh_requests' then freshet.purge_refresh_requests(rule.keep_for, rule.batch_size)
            when 'http_calls' then freshet.purge_http_calls(rule.keep_for, rule.batch_size)
            when 'outbox' then freshet.purge_outbox(rule.keep_for, rule.batch_size)
            when 'incidents' then freshet.purge_incidents(rule.keep_for, rule.batch_size)
            when 'access_log' then freshet.purge_access_log(rule.keep_for, rule.batch_size)
            when 'export_jobs' then freshet.purge_export_jobs(rule.keep_for, rule.batch_size)
            when 'operator_actions' then freshet.purge_operator_actions(rule.keep_for, rule.batch_size)
        end);
    end loop;
    return deleted;
end
$$;

revoke all on function freshet.purge_history() from public, anon, authenticated;

comment on function freshet.purge_history() is
    'Deletes one batch of the rows that analytics.retention no longer keeps, of each history, and returns how many rows of each. Call it again for more. Idempotent.';

-- Hourly, so that a batch is small: 20,000 runs an hour is more than 300 jobs make that run every minute.
select analytics.register_job(
    job_name => 'analytics-purge',
    schedule => '47 * * * *',
    command => $job$set statement_timeout = '60s'; set lock_timeout = '5s'; select freshet.purge_history()$job$,
    late_after => '15 minutes',
    max_runtime => '2 minutes'
);
