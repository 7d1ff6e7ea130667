begin;
select plan(3);

select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind in ('history_bloat', 'history_off', 'scheduler_gone')), 0::bigint, 'nothing is wrong with a scheduler that runs');
insert into cron.job_run_details (runid, jobid, status) select max(runid) + 2000001, 0, 'succeeded' from cron.job_run_details having max(runid) is not null
union all select 2000001, 0, 'succeeded' where not exists (select from cron.job_run_details);
insert into cron.job_run_details (runid, jobid, status) select 0, 0, 'succeeded';
select analytics.audit_pass();
select matches((select evidence ->> 'message' from analytics.incidents where kind = 'history_bloat'), '^about 20\d{5} rows from run 0 on', 'two million runs are too many');
delete from cron.job_run_details where runid = 0;
update analytics.audit_state set last_runid_seen = null;
delete from cron.job_run_details where runid < (select max(runid) from cron.job_run_details);
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'history_bloat'), 'recovered', 'a purge ends it');

select * from finish();
rollback;
