begin;
select plan(2);

insert into public.orgs (id, name) select md5('org ' || o)::uuid, 'Org ' || o from generate_series(1, 3) as o;
insert into public.users (id, name) values ('u', 'U');
insert into public.org_members (org_id, user_id) select id, 'u' from public.orgs where name like 'Org _';
insert into public.scenario_attempts (org_id, user_id, status, score, duration_seconds, started_at)
select md5('org ' || n % 3 + 1)::uuid, 'u', 'completed', 50, n, timestamptz '2026-02-01 00:00+00' + n * interval '1 hour'
from generate_series(1, 2000) as n;
analyze analytics.fact_scenario_attempts;

-- Kinds of the plan's nodes. A sort is named only where nothing else gives the order, because it is made dear.
create function pg_temp.nodes(query text) returns setof text language plpgsql as $$
declare
    plan jsonb;
begin
    execute 'explain (format json) ' || query into plan;
    return query select node #>> '{}' from jsonb_path_query(plan, 'strict $.**."Node Type"') as node;
end
$$;
set local enable_sort = off;
set local enable_incremental_sort = off;
create function pg_temp.page(more text) returns text language sql as $$
    select format(
        'select v.* from analytics.attempt_list as v where (v.started_on, v.started_at, v.attempt_id) < (%L::date, %L::timestamptz, %L::uuid) %s '
        'order by v.started_on desc, v.started_at desc, v.attempt_id desc limit 50',
        '2026-03-15', '2026-03-15 12:00+00', '00000000-0000-4000-8000-000000000001', more
    );
$$;

select is_empty($$ select n from pg_temp.nodes(pg_temp.page('')) as n where n ~ 'Sort' $$, 'a page is read in the order of an index');
select results_eq(
    replace(pg_temp.page(''), 'v.*', 'v.duration_seconds'), 'select generate_series(1019, 970, -1)',
    'and has the fifty newest attempts before its place'
);

select * from finish();
rollback;
