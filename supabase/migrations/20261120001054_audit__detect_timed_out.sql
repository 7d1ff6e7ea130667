-- Object: private.detect_timed_out()
-- Why: a run that is cut off by its time limit will most likely be cut off again: it is not broken but too slow, and
--      another repair than that of a failure is wanted.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values ('timed_out', 'error', true, 'A run of a job was cancelled by its statement timeout.');

create function private.detect_timed_out(runs private.audited_run[])
returns void
language sql
set search_path = ''
as $$
    select private.observe_runs('timed_out', 'timed_out', runs);
$$;
revoke all on function private.detect_timed_out(private.audited_run[]) from public, anon, authenticated;
comment on function private.detect_timed_out(private.audited_run[]) is
    'Kind timed_out: a job whose last run was cancelled by its time limit. Not idempotent: each run is given once.';
