-- EXPLAIN prints no COLLATE: lower('I') is another letter under tr-x-icu than by default.
begin;
select plan(13);

create table public.probe_visits (id uuid, town text, at timestamptz not null, day date, amount integer, letter "char");
create index on public.probe_visits ((date_trunc('week', at at time zone 'UTC')::date));

select is(freshet.is_collation_free('public.probe_visits', e.text), e.expected, e.text)
from (
    values
        ($$(date_trunc('week'::text, (x.at AT TIME ZONE 'UTC'::text)))::date$$, true),
        ($$((x.at AT TIME ZONE 'UTC'::text))::date$$, true),
        ('extract(year from x.day)', true),
        ('x.amount / 6', true),
        ('lower(x.town)', false),
        ('length(x.town)', false),
        ('lower((x.id)::text)', false),
        ($$case when x.town > 'a' then 1 else 2 end$$, false),
        ($$(x.amount)::text = 'I'$$, false),
        ($$date_trunc(lower(x.town), x.day::timestamp)$$, false)
) as e (text, expected);
select is(freshet.is_collation_free('public.probe_visits', null), null, 'no expression, no answer');

create materialized view analytics.probe_weeks as
select lower(v.town collate "tr-x-icu") as town, date_trunc('week', v.at at time zone 'UTC')::date as week, count(*) as visits
from public.probe_visits as v where v.town is not null group by 1, 2 with no data;
create unique index on analytics.probe_weeks (town, week);
select analytics.register_view('probe_weeks', 'probe', '0 0 1 1 *', '1 hour', incremental => true);
select is(
    (
        select string_agg(format('%s = %s', m.key_column, coalesce(k.expression, 'any')), ', ' order by m.key_column)
        from analytics.view_mappings as m
        left join analytics.source_keys as k on k.source = m.source and k.place = m.place
        where m.view_name = 'probe_weeks'
    ),
    $$town = any, week = (date_trunc('week'::text, (x.at AT TIME ZONE 'UTC'::text)))::date$$,
    'the week of a visit is a key, its town is not'
);
select analytics.refresh_view('probe_weeks');
insert into public.probe_visits (town, at) values ('ILGIN', '2026-01-05 12:00+00'), ('ilgin', '2026-01-06 12:00+00'), ('ILGIN', '2026-01-12 12:00+00');
select analytics.refresh_view('probe_weeks');
update public.probe_visits set at = '2025-12-29 12:00+00' where town = 'ilgin';
select analytics.refresh_view('probe_weeks');
select results_eq(
    'select ascii(town) = 305, week, visits from analytics.probe_weeks order by week, town',
    $$ values (false, '2025-12-29'::date, 1::bigint), (true, '2026-01-05', 1), (true, '2026-01-12', 1) $$,
    'and its rows are right: the letter is the dotless one'
);

select * from finish();
rollback;
