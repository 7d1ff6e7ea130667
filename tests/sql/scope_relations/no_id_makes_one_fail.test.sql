-- Every scope relation there is, of every pack, with ids as identity providers elsewhere issue them.
begin;

create temporary table calls as
select
    p.oid::regprocedure::text as relation,
    format('select * from freshet.%I(%s)', p.proname, concat_ws(', ', quote_literal(s.spelling), case when p.pronargs = 2 then quote_literal(o.spelling) end)) as call
from pg_catalog.pg_proc as p
cross join unnest(array[
    'oulad-287432', 'org_abc123', '', 'AAAAAAAA-0000-4000-8000-000000000001', '{aaaaaaaa-0000-4000-8000-000000000001}', repeat('é', 255), 'infinity', '-1'
]) as s (spelling)
cross join unnest(array['org_abc123', 'AAAAAAAA-0000-4000-8000-000000000001']) as o (spelling)
where p.pronamespace = 'freshet'::regnamespace and p.proname like 'scope\_%' and p.proname not in ('scope_values', 'scope_denies');

select plan((select count(distinct c.call) + 1 from calls as c)::integer);
select cmp_ok((select count(distinct c.relation) from calls as c), '>=', 2::bigint, 'there are scope relations to ask');
select is_empty(c.call, left(c.call, 100)) from (select distinct call from calls) as c;

select * from finish();
rollback;
