begin;
select plan(17);

delete from analytics.outbox;
delete from analytics.incidents;
delete from analytics.findings;
create function pg_temp.open() returns setof text language plpgsql as $$
begin
    perform freshet.detect_refreshes();
    return query
    select i.fingerprint || ' ' || i.severity || ': ' || (i.evidence ->> 'message') from analytics.incidents as i
    where i.kind = 'unrefreshed' and i.closed_at is null;
end $$;

select is_empty($$ select pg_temp.open() $$, 'what was installed has none');
create materialized view public.probe_a as select 1 as one;
select results_eq(
    $$ select pg_temp.open() $$,
    array['unrefreshed:materialized views warning: no job refreshes this materialized view: public.probe_a'],
    'a view that no job refreshes is told (grottocenter-api#1760)'
);
select cron.schedule('probe-a', '0 0 1 1 *', 'REFRESH MATERIALIZED VIEW CONCURRENTLY probe_a');
select is_empty($$ select pg_temp.open() $$, 'a job of its own ends that, as its command is written');
select cron.alter_job(jobid, command := '-- refresh materialized view public.probe_a' || E'\nselect 1') from cron.job where jobname = 'probe-a';
select isnt_empty($$ select pg_temp.open() $$, 'a comment refreshes nothing');

create function public.probe_inner() returns void language plpgsql as 'begin refresh materialized view public.probe_a; end';
create function public.probe_outer() returns void language plpgsql as 'begin perform public.probe_inner(); end';
select cron.alter_job(jobid, command := 'select public.probe_outer()') from cron.job where jobname = 'probe-a';
select is_empty($$ select pg_temp.open() $$, 'a function that a function of the job calls does');
select cron.alter_job(jobid, active := false) from cron.job where jobname = 'probe-a';
select isnt_empty($$ select pg_temp.open() $$, 'a job that is switched off does not (mavedb#556)');

create materialized view public."Probe B" as select 2 as two;
create materialized view public.probe_c as select 3 as three;
select results_eq(
    $$ select pg_temp.open() $$,
    array['unrefreshed:materialized views warning: no job refreshes 3 materialized views: public.Probe B, public.probe_a, public.probe_c'],
    'more of them are told in one incident'
);
select results_eq(
    $$ select resolution, count(*)::integer from analytics.incidents where kind = 'unrefreshed' group by 1 order by 1 $$,
    $$ values ('escalated', 1), ('recovered', 2), (null, 1) $$, 'which is a new one: a view more is news'
);
select pg_temp.open();
select is((select count(*) from analytics.incidents where kind = 'unrefreshed' and closed_at is null), 1::bigint, 'told once');
select cron.schedule('probe-b', '0 0 1 1 *', 'refresh materialized view public . "Probe B" with no data');
insert into analytics.unwatched_views (view_name, reason) values ('public.probe_a', 'by hand, at each release');
select results_eq(
    $$ select pg_temp.open() $$,
    array['unrefreshed:materialized views warning: no job refreshes this materialized view: public.probe_c'],
    'one that may stay so, or is refreshed, is left out; the others go on'
);

create function public.probe_write() returns trigger language plpgsql as 'begin refresh materialized view probe_c; return null; end';
create table public.probe_rows (id integer);
create trigger refreshes after insert on public.probe_rows for each statement execute function public.probe_write();
select is_empty($$ select pg_temp.open() $$, 'a trigger refreshes too');
drop table public.probe_rows;
select isnt_empty($$ select pg_temp.open() $$, 'while its table is there');
create function public.probe_all() returns void language plpgsql as $$
declare v record;
begin
    for v in select matviewname from pg_matviews where schemaname = 'public' loop
        execute format('refresh materialized view %I', v.matviewname);
    end loop;
end $$;
select cron.schedule('probe-all', '0 0 1 1 *', 'call probe_all ()');
select is_empty($$ select pg_temp.open() $$, 'where a job refreshes what it finds, which views that is cannot be known, and nothing is claimed');
select results_eq(
    $$ select schema_name, relation_name, is_concurrent, is_emptying from freshet.refreshes_in(
        'refresh materialized view a; Refresh  Materialized View Concurrently "S x"."V y"; refresh materialized view concurrently b.c with no data; refresh materialized view %I') $$,
    $$ values (null, 'a', false, false), ('S x', 'V y', true, false), ('b', 'c', true, true) $$,
    'refreshes are read as PostgreSQL reads names'
);
select ok(freshet.is_dynamic_refresh('execute ''refresh materialized view concurrently '' || v'), 'a name that is put together is seen as that');
select ok(freshet.is_dynamic_refresh('execute format(''refresh materialized view %I'', v)'), 'also by format()');
select ok(not freshet.is_dynamic_refresh('refresh materialized view concurrently a'), 'a name that stands there is not');

select * from finish();
rollback;
