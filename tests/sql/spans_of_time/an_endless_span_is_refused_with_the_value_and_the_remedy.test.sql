-- PostgreSQL 15 has no infinite intervals: there the longest that it has stands for them.
begin;
select plan(25);

create table public.probe_source (id integer primary key);
create materialized view analytics.mv_probe as select id from public.probe_source with no data;
create unique index on analytics.mv_probe (id);

create function pg_temp.endless() returns text language sql as $$
    select case when current_setting('server_version_num')::integer >= 170000 then 'infinity' else '178000000 years' end
$$;
create function pg_temp.refusal(statement text) returns text language plpgsql as $$
declare
    said text;
    remedy text;
begin
    execute statement;
    return 'not refused';
exception when invalid_parameter_value then
    get stacked diagnostics said = message_text, remedy = pg_exception_hint;
    return said || '; ' || remedy;
end
$$;

select is(
    pg_temp.refusal(format($$ select analytics.register_job('probe', '0 0 1 1 *', 'select 1', %s => %L::interval) $$, a.argument, pg_temp.endless())),
    format(
        '%1$s is "%2$s", longer than 100 years; Give a span that ends, for example %1$s => ''1 year''; leave out an argument that has a default.',
        a.argument, pg_temp.endless()
    ),
    format('register_job refuses %s => %s', a.argument, pg_temp.endless())
)
from unnest(array['late_after', 'max_runtime', 'period']) as a (argument);

select matches(
    pg_temp.refusal(format(
        $$ select analytics.register_view('mv_probe', 'probe', '0 0 1 1 *', %s) $$,
        case a.argument when 'stale_after' then format('%L::interval', pg_temp.endless()) else format('''1 hour'', %s => %L::interval', a.argument, pg_temp.endless()) end
    )),
    format('^%s is "%s", longer than 100 years; Give a span that ends', a.argument, pg_temp.endless()),
    format('register_view refuses %s => %s', a.argument, pg_temp.endless())
)
from unnest(array['stale_after', 'statement_timeout', 'rebuild_after']) as a (argument);

select is(
    pg_temp.refusal(format($$ select analytics.register_job('probe', '0 0 1 1 *', 'select 1', %s => %L::interval) $$, a.argument, a.span)),
    format('%1$s is "%2$s", not longer than nothing; Give a span of time, for example %1$s => ''10 minutes''.', a.argument, a.span),
    format('register_job refuses %s => %s', a.argument, a.span)
)
from (
    values ('late_after', '-00:00:01'), ('max_runtime', '-00:00:01'), ('max_runtime', '00:00:00'), ('period', '00:00:00')
) as a (argument, span);

select is(
    pg_temp.refusal(format(
        $$ select analytics.register_view('mv_probe', 'probe', '0 0 1 1 *', %s) $$,
        case a.argument when 'stale_after' then format('%L::interval', s.span) else format('''1 hour'', %s => %L::interval', a.argument, s.span) end
    )),
    format('%1$s is "%2$s", not longer than nothing; Give a span of time, for example %1$s => ''10 minutes''.', a.argument, s.span),
    format('register_view refuses %s => %s', a.argument, s.span)
)
from unnest(array[
    'stale_after', 'statement_timeout', 'rebuild_after', 'warn_after', 'source_warn_after', 'source_error_after', 'refresh_on_change'
]) as a (argument)
cross join unnest(array['-00:00:01', '00:00:00']) as s (span);

select is(
    (select count(*) from cron.job where jobname in ('probe', 'refresh-mv_probe')), 0::bigint, 'what was refused schedules nothing'
);

select * from finish();
rollback;
