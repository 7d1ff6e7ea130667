begin;
select plan(8);

create table public.probe_source (id integer primary key);
create materialized view analytics.mv_probe as select id from public.probe_source with no data;
create unique index mv_probe_key on analytics.mv_probe (id);
select analytics.register_view('mv_probe', 'probe', '0 0 1 1 *', '15 minutes');

select analytics.audit_pass();
select is((select count(*) from analytics.incidents where subject = 'mv_probe'), 0::bigint, 'a new view has the time of one objective for its first refresh');

update analytics.views set registered_at = now() - interval '16 minutes' where view_name = 'mv_probe';
select analytics.audit_pass();
select results_eq(
    $$ select kind, evidence ->> 'job', evidence ->> 'message' from analytics.incidents where subject = 'mv_probe' $$,
    $$ values ('unpopulated', 'refresh-mv_probe', 'never refreshed since it was registered') $$,
    'after it, a view that was never populated is more than stale: nobody can read it'
);
select analytics.refresh_view('mv_probe');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where subject = 'mv_probe'), 'recovered', 'its first refresh closes that');

update analytics.views set verified_at = now() - interval '14 minutes', refreshed_at = now() - interval '9 days' where view_name = 'mv_probe';
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where subject = 'mv_probe' and closed_at is null), 0::bigint, 'verified within its objective it is fresh, however old its rows are');

update analytics.views set verified_at = clock_timestamp() - interval '20 minutes' where view_name = 'mv_probe';
select analytics.audit_pass();
select analytics.audit_pass();
select results_eq(
    -- The passes themselves may take some seconds of a busy machine.
    $$ select evidence ->> 'stale_after_seconds', occurrence_count,
           evidence ->> 'message' ~ '^last verified 12[0-5][0-9] seconds ago, objective 900 seconds$' from analytics.incidents where subject = 'mv_probe' and closed_at is null $$,
    $$ values ('900', 2::bigint, true) $$,
    'over it, it is stale, once, and counted'
);
select is((select count(*) from analytics.outbox where payload ->> 'subject' = 'mv_probe'), 3::bigint, 'two incidents so far: opened, recovered, opened');

select analytics.unregister_view('mv_probe');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where subject = 'mv_probe' order by incident_id desc limit 1), 'withdrawn', 'a view that is withdrawn is stale no longer');
select is((select count(*) from analytics.findings where subject = 'mv_probe'), 0::bigint, 'and nothing is known of it');

select * from finish();
rollback;
