begin;
select plan(4);

select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind in ('history_bloat', 'history_off', 'scheduler_gone')), 0::bigint, 'nothing is wrong with a scheduler that runs');
-- Some old ones are left in every history.
insert into cron.job_run_details (runid, jobid, status) select -n, 0, 'succeeded' from generate_series(1, 100) as n;
insert into cron.job_run_details (runid, jobid, status) select 3000000 + n, 0, 'succeeded' from generate_series(1, 5) as n;
delete from cron.job_run_details where runid between 1 and 2999999;
update analytics.audit_state set last_runid_seen = null;
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind = 'history_bloat'), 0::bigint, 'nor with a history of which a few old runs are left');
insert into cron.job_run_details (runid, jobid, status) select n, 0, 'succeeded' from generate_series(1, 10) as n;
select analytics.audit_pass();
select matches((select evidence ->> 'message' from analytics.incidents where kind = 'history_bloat'), '^about 300000. runs from 1 on', 'millions of runs are too many');
delete from cron.job_run_details where runid between 1 and 10;
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'history_bloat'), 'recovered', 'a purge ends it');

select * from finish();
rollback;
