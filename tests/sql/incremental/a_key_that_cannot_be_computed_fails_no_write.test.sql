begin;
select plan(12);

-- What of a document is a number is decided by the query, where no expression fails.
create table public.probe_events (id integer generated always as identity primary key, data jsonb not null);
insert into public.probe_events (data) values ('{"n": "1"}'), ('{"n": "many"}');
create materialized view analytics.probe_numbers as
select (data ->> 'n')::integer as n, count(*) as events from public.probe_events where data ->> 'n' ~ '^[0-9]+$' group by 1 with no data;
create unique index on analytics.probe_numbers (n);
select analytics.register_view(
    view_name => 'probe_numbers', pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => true
);
select analytics.refresh_view('probe_numbers');
select lives_ok($$ insert into public.probe_events (data) values ('{"n": "few"}'), ('{"n": "2"}'), ('{}') $$, 'rows that the query leaves out are written');
select lives_ok($$ update public.probe_events set data = '{"n": "none"}' where data ->> 'n' = '1' $$, 'and a row may become one');
select analytics.refresh_view('probe_numbers');
select results_eq('table analytics.probe_numbers', $$ values (2, 1::bigint) $$, 'the view follows');
select is(
    (select count(*) from pg_proc as p where p.proname ~ '^try_key_.*_public_probe_events$' and not has_function_privilege('authenticated', p.oid, 'execute')),
    1::bigint, 'by a guarded function of the one key that may fail, which is for the triggers alone'
);
select results_eq(
    $$ select e.expression, freshet.may_raise('public.probe_events', e.expression)
       from (values ('x.id'), ('(x.id / 60)'), ('(x.id / 0)'), ('(60 / x.id)'), ('(x.id)::text'), ('((x.data ->> ''n''::text))::uuid'), ('(x.data ->> ''n''::text)'),
           ('lower((x.data ->> ''n''::text))'), ('(x.id + 1)')) as e (expression) $$,
    $$ values ('x.id', false), ('(x.id / 60)', false), ('(x.id / 0)', true), ('(60 / x.id)', true), ('(x.id)::text', false),
        ('((x.data ->> ''n''::text))::uuid', true), ('(x.data ->> ''n''::text)', false), ('lower((x.data ->> ''n''::text))', false), ('(x.id + 1)', true) $$,
    'what cannot fail is not guarded'
);
select analytics.unregister_view('probe_numbers');
select is((select count(*) from pg_proc as p where p.proname like '%of_public_probe_events'), 0::bigint, 'nothing of it stays');

-- The name of a zone comes from the row, and is none. The query leaves such rows out.
create table public.probe_visits (id integer primary key, began_at timestamptz not null, zone text not null, is_known boolean not null default true);
create materialized view analytics.probe_days as
select date_trunc('day', began_at at time zone zone) as day, count(*) as n from public.probe_visits where is_known group by 1 with no data;
create unique index on analytics.probe_days (day);
select analytics.register_view('probe_days', 'probe', '0 0 1 1 *', '1 hour', incremental => true);
select analytics.refresh_view('probe_days');
select lives_ok(
    $$ insert into public.probe_visits values (1, '2026-11-30 23:30+00', 'Asia/Tokyo', true), (2, '2026-11-30 23:30+00', 'Mars/Phobos', false) $$,
    'a row with a zone that does not exist is written'
);
select results_eq(
    $$ select e.expression, freshet.may_raise('public.probe_visits', e.expression)
       from (values ('timezone(x.zone, x.began_at)'), ('timezone(''UTC''::text, x.began_at)'), ('date_trunc(''day''::text, timezone(''UTC''::text, x.began_at))'),
           ('date_trunc(x.zone, timezone(''UTC''::text, x.began_at))'), ('date_trunc(''day''::text, timezone(x.zone, x.began_at))')) as e (expression) $$,
    $$ values ('timezone(x.zone, x.began_at)', true), ('timezone(''UTC''::text, x.began_at)', false),
        ('date_trunc(''day''::text, timezone(''UTC''::text, x.began_at))', false), ('date_trunc(x.zone, timezone(''UTC''::text, x.began_at))', true),
        ('date_trunc(''day''::text, timezone(x.zone, x.began_at))', true) $$,
    'the name of a unit or a zone is guarded unless it is a literal'
);
select analytics.refresh_view('probe_days');
select results_eq('table analytics.probe_days', $$ values ('2026-12-01 00:00'::timestamp, 1::bigint) $$, 'and the view follows');

-- A key is cast to the type of the view's column, and its row may have no group.
create table public.probe_small (id integer primary key, rate numeric(4,1) not null unique);
create table public.probe_large (id integer generated always as identity primary key, rate numeric, small_id bigint);
insert into public.probe_small values (1, 1.5);
create materialized view analytics.probe_rates as
select s.rate, count(l.id) as n from public.probe_small as s left join public.probe_large as l on l.rate = s.rate group by 1 with no data;
create unique index on analytics.probe_rates (rate);
create materialized view analytics.probe_ids as
select s.id, count(l.id) as n from public.probe_small as s left join public.probe_large as l on l.small_id = s.id group by 1 with no data;
create unique index on analytics.probe_ids (id);
select analytics.register_view(
    view_name => 'probe_rates', pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => true
);
select analytics.refresh_view('probe_rates');
insert into public.probe_large (rate, small_id) values (123456, 5000000000), (1.50, 1);
select lives_ok($$ select analytics.refresh_view('probe_rates') $$, 'a key that is too large for the view fails no refresh');
select results_eq('table analytics.probe_rates', $$ values (1.5, 1::bigint) $$, 'and the others are counted');
select throws_ok(
    $$ select analytics.register_view('probe_ids', 'probe', '0 0 1 1 *', '1 hour', incremental => true) $$,
    '0A000', 'cannot register "probe_ids" as incremental by id: which groups a change touches is not known for public.probe_large',
    'a key of a wider type is none'
);

select * from finish();
rollback;
