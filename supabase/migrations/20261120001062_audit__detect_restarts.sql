-- Object: private.detect_restarts()
-- Why: when the server or its scheduler restarts, every run that was under way is marked "server restarted", often
--      without an end. That is one event, and it is over for a job when that job has run again.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values ('restarted', 'warning', false, 'The server or its scheduler restarted while jobs ran: those runs are lost.');

create function private.detect_restarts(runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.observe_struck_jobs('restarted', runs);
end
$$;
revoke all on function private.detect_restarts(private.audited_run[]) from public, anon, authenticated;
comment on function private.detect_restarts(private.audited_run[]) is
    'Kind restarted: runs that a restart ended, one incident for all jobs. Not idempotent: each run is given once.';
