begin;
select plan(4);

create table public.probe_source (id integer primary key, at timestamptz default now());
insert into public.probe_source select generate_series(1, 100);
create materialized view analytics.mv_probe as select id, at from public.probe_source with no data;
create unique index mv_probe_key on analytics.mv_probe (id);
create function public.probe_refresh_all() returns void language plpgsql as $$
begin
    refresh materialized view public.one;
    refresh materialized view concurrently public.two;
end $$;
create procedure public.probe_refresh_each() language plpgsql as $$
begin
    refresh materialized view public.one;
    commit;
    refresh materialized view public.two;
end $$;
select cron.schedule('probe-a', '0 0 1 1 *', 'refresh materialized view concurrently one; REFRESH MATERIALIZED VIEW two');
select cron.schedule('probe-b', '0 0 1 1 *', 'select public.probe_refresh_all()');
select cron.schedule('probe-c', '0 0 1 1 *', 'call public.probe_refresh_each()');
select cron.schedule('probe-d', '0 0 1 1 *', 'refresh materialized view concurrently one; refresh materialized view one');
select cron.schedule('probe-e', '0 0 1 1 *', $$select analytics.refresh_view('mv_one'); select analytics.refresh_view('mv_two')$$);
select analytics.audit_pass();
select analytics.audit_pass();
select results_eq(
    $$ select subject, severity, evidence ->> 'message' from analytics.incidents where kind = 'bundled_refreshes' order by 1 $$,
    $$ values ('probe-a', 'warning', 'its command refreshes 2 views at once'), ('probe-b', 'warning', 'function public.probe_refresh_all() refreshes 2 views at once'), ('probe-e', 'warning', 'its command refreshes 2 views at once') $$,
    'several views in one command or function are told; one view, or a procedure that commits, is not'
);
select cron.schedule('probe-a', '0 0 1 1 *', 'refresh materialized view concurrently one');
select cron.unschedule('probe-b');
select analytics.audit_pass();
select results_eq(
    $$ select subject from analytics.incidents where kind = 'bundled_refreshes' and closed_at is null $$,
    $$ values ('probe-e') $$,
    'it is over when they have a job each, or none'
);

select set_eq(
    $$ select subject, evidence ->> 'message' from analytics.incidents where kind = 'unset_timeout' and closed_at is null $$,
    $$ values ('probe-a', 'its command sets no statement_timeout, so it has 00:02:00'), ('probe-d', 'its command sets no statement_timeout, so it has 00:02:00'), ('probe-e', 'its command sets no statement_timeout, so it has 00:02:00') $$,
    'a command that refreshes and sets no limit of its own has that of the role, which is told; those of register_view set one'
);
select cron.schedule('probe-a', '0 0 1 1 *', $$set statement_timeout = '10min'; refresh materialized view concurrently one$$);
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'unset_timeout' and subject = 'probe-a'), 'recovered', 'setting one ends it');

select * from finish();
rollback;
