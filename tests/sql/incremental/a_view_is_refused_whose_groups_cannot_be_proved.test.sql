begin;
select plan(23);

create table public.shops (id integer primary key, town text not null, closed_at timestamptz, is_open boolean not null default true);
create table public.sales (id integer primary key, shop_id integer not null references public.shops (id), sold_at timestamptz not null, amount numeric);
create collation public.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

-- Registers a query as an incremental view; the whole attempt is taken back by throws_ok.
create function pg_temp.register(query text, key text, by name[] default null, rebuild regclass[] default '{}') returns void language plpgsql as $$
begin
    execute format('create materialized view analytics.shop_view as %s with no data', query);
    execute format('create unique index shop_view_key on analytics.shop_view (%s)', key);
    perform analytics.register_view(
        view_name => 'shop_view', pack => 'core', schedule => '0 * * * *', stale_after => '2 hours',
        incremental => true, incremental_by => by, rebuild_on => rebuild
    );
end $$;
create function pg_temp.mapping(query text, key text, by name[] default null, rebuild regclass[] default '{}') returns text language plpgsql as $$
declare found text;
begin
    begin
        perform pg_temp.register(query, key, by, rebuild);
        found := (
            select string_agg(format('%s %s=%s', m.source, m.key_column, coalesce(k.expression, 'any')), ', ' order by m.source::text, m.reference, m.key_column)
            from analytics.view_mappings as m
            left join analytics.source_keys as k on k.source = m.source and k.place = m.place
            where m.view_name = 'shop_view'
        );
        raise exception 'taken back' using errcode = 'ZZ001';
    exception
        when sqlstate 'ZZ001' then
            return found;
    end;
end $$;

select throws_like(
    $$ select pg_temp.register('select shop_id, rank() over (order by sum(amount)) as place from public.sales group by 1', 'shop_id') $$,
    'cannot register "shop_view" as incremental by shop_id: which groups a change touches is not known for public.sales',
    'a rank over everything'
);
select throws_like(
    $$ select pg_temp.register('with all_sales as (select * from public.sales) select a.shop_id, count(*) from all_sales as a join all_sales as b using (shop_id) group by 1', 'shop_id') $$,
    '%is not known for public.sales', 'a CTE that is read twice'
);
select is(
    pg_temp.mapping('with all_sales as not materialized (select * from public.sales) select a.shop_id, count(*) from all_sales as a join all_sales as b using (shop_id) group by 1', 'shop_id'),
    'sales shop_id=x.shop_id', 'unless it is not materialized'
);
-- PostgreSQL 15 shows the result of the subquery as a numbered parameter, just as the key.
select throws_like(
    $$ select pg_temp.register('select h.id, count(*) from public.shops as h cross join public.sales as s where s.id = (select count(*) from public.shops as t) and s.shop_id = (select count(*) from public.shops as u) group by 1', 'id', null, '{public.shops}') $$,
    '%is not known for public.sales', 'the result of a subquery is no key'
);
select is(
    pg_temp.mapping('select s.shop_id, count(*) from public.sales as s where s.sold_at > (select max(u.closed_at) from public.shops as u) group by 1', 'shop_id', null, '{public.shops}'),
    'sales shop_id=x.shop_id', 'a source that has no mapping can be named in rebuild_on'
);
select throws_like(
    $$ select pg_temp.register('select shop_id, count(*) from public.sales where sold_at > now() - interval ''1 day'' group by 1', 'shop_id') $$,
    '%its rows change without a change of its sources, by now()', 'a query that reads the clock'
);
select throws_like(
    $$ select pg_temp.register('select shop_id, count(*), random() as lot from public.sales group by 1', 'shop_id') $$,
    '%its rows change without a change of its sources, by random()', 'a query that draws lots'
);
select throws_like(
    $$ select pg_temp.register('select date_trunc(''day'', sold_at) as sold_on, count(*) from public.sales group by 1', 'sold_on') $$,
    '%key column sold_on is date_trunc(%x.sold_at) of public.sales: functions in index expression must be marked IMMUTABLE',
    'a day by the time zone of the session'
);
select is(
    pg_temp.mapping('select (sold_at at time zone ''UTC'')::date as sold_on, count(*) from public.sales group by 1', 'sold_on'),
    'sales sold_on=((x.sold_at AT TIME ZONE ''UTC''::text))::date', 'a day by UTC'
);
select throws_like(
    $$ select pg_temp.register('select lower(town collate "und-x-icu") as town, count(*) from public.shops group by 1', 'town') $$,
    '%is not known for public.shops', 'an expression under a collation, which the planner does not show'
);
select throws_like(
    $$ select pg_temp.register('select town collate public.any_case as town, count(*) from public.shops group by 1', 'town') $$,
    '%key column town has a collation that takes different texts as equal', 'keys that are equal without being the same'
);
select throws_like(
    $$ select pg_temp.register('select shop_id, amount, count(*) from public.sales group by 1, 2', 'shop_id, amount', '{shop_id}') $$,
    '%key column amount is numeric, of which equal values may look different', 'a row would keep 1.0 when its source has 1.00'
);
select throws_like(
    $$ select pg_temp.register('select id, town collate public.any_case as town, count(*) from public.shops group by 1, 2', 'id, town', '{id}') $$,
    '%key column town has a collation that takes different texts as equal', 'or a when its source has A'
);
select throws_like(
    $$ select pg_temp.register('select town::bpchar as town, count(*) from public.shops group by 1', 'town') $$,
    '%key column town is bpchar, of which equal values may look different', 'a padded text without a length'
);
select throws_like(
    $$ select pg_temp.register('select s.shop_id, count(*) as n from public.sales as s left join public.shops as h on h.id = s.shop_id group by 1', 'shop_id') $$,
    '%is not known for public.shops', 'a source that the planner leaves out, by a constraint that can be dropped'
);
select throws_like(
    $$ select pg_temp.register('select shop_id, count(*) from public.sales group by 1', 'shop_id', '{town}') $$,
    '%incremental_by names no column of it: "town"', 'a column that the view does not have'
);
select is(
    pg_temp.mapping('select h.id, count(s.id) from public.shops as h left join public.sales as s on s.shop_id = h.id where h.is_open group by 1', 'id'),
    'sales id=x.shop_id, shops id=x.id', 'a condition that is a column by itself'
);
select throws_like(
    $$ select pg_temp.register('select shop_id, count(*) from public.sales group by 1', 'shop_id', null, '{public.sales}') $$,
    '%no source of it is refreshed by group', 'nothing but sources of which any change computes everything'
);
-- An index and a scan read rows in other orders.
create table public.scores (id integer primary key, shop_id integer not null, score double precision not null);
select throws_like(
    $$ select pg_temp.register('select shop_id, avg(score) from public.scores group by 1', 'shop_id') $$,
    '%what avg(double precision) makes depends on the order in which rows are read', 'a mean of floats'
);
select throws_like(
    $$ select pg_temp.register('select shop_id, sum(score::real) from public.scores group by 1', 'shop_id') $$,
    '%what sum(real) makes depends on%', 'a sum of short ones'
);
select throws_like(
    $$ select pg_temp.register('select shop_id, count(*), array_agg(id) as ids, string_agg(distinct id::text, '','') as texts from public.scores group by 1', 'shop_id') $$,
    '%what array_agg(anynonarray) makes depends on%', 'values that are collected in no order'
);
select is(
    pg_temp.mapping('select shop_id, array_agg(id order by id) as ids, jsonb_agg(distinct id) as others, avg(score::numeric), max(score), percentile_cont(0.5) within group (order by score) from public.scores group by 1', 'shop_id'),
    'scores shop_id=x.shop_id', 'numerics, what is ordered, and what floats are sorted for'
);
select is(
    pg_temp.mapping('select s.id, s.shop_id, h.town from public.sales as s join public.shops as h on h.id = s.shop_id', 'id', '{id,shop_id}'),
    'sales id=x.id, sales shop_id=x.shop_id, shops id=any, shops shop_id=x.id', 'columns beyond the unique key'
);

select * from finish();
rollback;
