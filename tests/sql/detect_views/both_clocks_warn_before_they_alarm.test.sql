begin;
select plan(9);

create table public.probe_source (id integer primary key, at timestamptz default now());
insert into public.probe_source select generate_series(1, 100);
create materialized view analytics.mv_probe as select id, at from public.probe_source with no data;
create unique index mv_probe_key on analytics.mv_probe (id);
-- In one transaction nothing tells a change from what the refresh before has seen.
create function pg_temp.refresh() returns void language sql as $$
    update analytics.views set source_snapshot = null where view_name = 'mv_probe';
    select analytics.refresh_view('mv_probe');
$$;
select throws_ok(
    $$ select analytics.register_view('mv_probe', 'probe', '0 0 1 1 *', '15 minutes', source_warn_after => '1 hour') $$,
    '22023', null, 'limits for the age of a source need to know its column'
);
select throws_ok(
    $$ select analytics.register_view('mv_probe', 'probe', '0 0 1 1 *', '15 minutes', warn_after => '16 minutes') $$,
    '23514', null, 'a warning comes before the objective'
);
select analytics.register_view('mv_probe', 'probe', '0 0 1 1 *', '15 minutes', 'public.probe_source.at', warn_after => '10 minutes', source_warn_after => '1 hour', source_error_after => '1 day');
select pg_temp.refresh();
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where subject = 'mv_probe'), 0::bigint, 'new rows, a new refresh');

create function pg_temp.told() returns table (kind text, severity text, resolution text) language sql as $$
    select i.kind, i.severity, i.resolution from analytics.incidents as i where i.subject = 'mv_probe' order by i.incident_id;
$$;
update public.probe_source set at = now() - interval '2 hours';
select pg_temp.refresh();
select analytics.audit_pass();
select analytics.audit_pass();
select results_eq('select * from pg_temp.told()', $$ values ('source_stopped', 'warning', null::text) $$, 'refreshed in time from a source that stands still: a warning');
update public.probe_source set at = now() - interval '2 days';
select pg_temp.refresh();
select analytics.audit_pass();
select analytics.audit_pass();
select results_eq(
    'select * from pg_temp.told()', $$ values ('source_stopped', 'warning', 'escalated'), ('source_stopped', 'error', null) $$,
    'later an error, which takes the place of the warning'
);
select results_eq(
    $$ select transition, payload ->> 'severity' from analytics.outbox where payload ->> 'subject' = 'mv_probe' order by incident_id, transition $$,
    $$ values ('opened', 'warning'), ('opened', 'error') $$,
    'and nobody is told that the warning is over'
);
insert into public.probe_source values (101, now());
select pg_temp.refresh();
select analytics.audit_pass();
select is((select resolution from analytics.incidents where subject = 'mv_probe' order by incident_id desc limit 1), 'recovered', 'a new row ends it');

-- The other clock.
update analytics.views set verified_at = now() - interval '11 minutes' where view_name = 'mv_probe';
select analytics.audit_pass();
select results_eq('select * from pg_temp.told() offset 2', $$ values ('stale', 'warning', null::text) $$, 'rows that come near the objective: a warning');
update analytics.views set verified_at = now() - interval '3 hours', source_as_of = now() - interval '3 hours' where view_name = 'mv_probe';
select analytics.audit_pass();
select results_eq(
    'select * from pg_temp.told() offset 2', $$ values ('stale', 'warning', 'escalated'), ('stale', 'error', null) $$,
    'beyond it an error, for which the source is not to blame'
);

select * from finish();
rollback;
