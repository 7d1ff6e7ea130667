-- Object: job analytics-cron-audit
-- Why: the auditor is a job like any other, declared and watched; it is also the canary by which the audit notices that
--      it sees nothing.
select analytics.register_job(
    job_name => 'analytics-cron-audit',
    schedule => '*/5 * * * *',
    command => $job$select analytics.invoke_function('cron-audit', jsonb_build_object('scheduled_at', now()))$job$,
    late_after => '5 minutes',
    max_runtime => '2 minutes'
);
