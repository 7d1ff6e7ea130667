begin;
select plan(8);

create table public.probe_source (id integer primary key, at timestamptz default now());
insert into public.probe_source select generate_series(1, 100);
create materialized view analytics.mv_probe as select id, at from public.probe_source with no data;
create unique index mv_probe_key on analytics.mv_probe (id);
select analytics.register_view('mv_probe', 'probe', '0 0 1 1 *', '15 minutes');
select analytics.refresh_view('mv_probe');
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where subject = 'mv_probe'), 0::bigint, 'a view as register_view leaves it has no flaw');

drop index analytics.mv_probe_key;
create unique index mv_probe_partial on analytics.mv_probe (id) where id > 0;
select analytics.audit_pass();
select analytics.audit_pass();
select results_eq(
    $$ select kind, evidence ->> 'message' from analytics.incidents where subject = 'mv_probe' $$,
    $$ values ('not_refreshable', 'it has no valid unique index over plain columns') $$,
    'one without its unique index is told before its refresh fails'
);
select cron.schedule('refresh-mv_probe', '0 0 1 1 *', (select command from cron.job where jobname = 'refresh-mv_probe'));
insert into cron.job_run_details (runid, jobid, status, return_message)
select 1000001, jobid, 'failed', 'ERROR:  refresh of analytics.mv_probe failed [55000]: cannot refresh materialized view concurrently' from cron.job where jobname = 'refresh-mv_probe';
select analytics.audit_pass();
select results_eq(
    $$ select i.kind, c.kind, i.announced_at is null from analytics.incidents as i join analytics.incidents as c on c.incident_id = i.cause_id where i.subject = 'refresh-mv_probe' $$,
    $$ values ('failed', 'not_refreshable', true) $$,
    'and when it fails, that is the same story'
);
create unique index mv_probe_key on analytics.mv_probe (id);
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'not_refreshable'), 'recovered', 'a usable index ends it');

refresh materialized view analytics.mv_probe with no data;
update analytics.views set verified_at = now() - interval '1 hour' where view_name = 'mv_probe';
select analytics.audit_pass();
select results_eq(
    $$ select kind, severity, evidence ->> 'message' from analytics.incidents where subject = 'mv_probe' and closed_at is null $$,
    $$ values ('unpopulated', 'error', 'emptied "with no data" since its last refresh') $$,
    'a view that was emptied is unpopulated at once, and not also stale'
);
select analytics.refresh_view('mv_probe');
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where subject = 'mv_probe' and closed_at is null), 0::bigint, 'its next refresh ends that');

drop materialized view analytics.mv_probe;
select analytics.audit_pass();
select is((select evidence ->> 'message' from analytics.incidents where subject = 'mv_probe' and closed_at is null), 'the view does not exist', 'a view that is gone cannot be refreshed');
select analytics.unregister_view('mv_probe');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where subject = 'mv_probe' order by incident_id desc limit 1), 'withdrawn', 'until it is withdrawn');

select * from finish();
rollback;
