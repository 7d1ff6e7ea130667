begin;
select plan(9);

select is_empty(
    $$ select r.rolname
       from pg_catalog.pg_roles as r
       where not r.rolsuper
         and r.oid <> (select c.relowner from pg_catalog.pg_class as c where c.oid = 'analytics.access_log'::regclass)
         and not pg_catalog.pg_has_role(r.oid, (select c.relowner from pg_catalog.pg_class as c where c.oid = 'analytics.access_log'::regclass), 'usage')
         and r.rolname !~ '^pg_(read|write)_all_data$'
         and not pg_catalog.pg_has_role(r.oid, 'pg_read_all_data', 'usage')
         and has_table_privilege(r.oid, 'analytics.access_log', 'select, insert, update, delete, truncate, references, trigger') $$,
    'no role but its owner reads or writes it: not the secret key, no user, no tool'
);
select is(
    (
        select array_agg(r.rolname::text order by r.rolname)
        from unnest(array['anon', 'authenticated', 'authenticator', 'service_role']) as r (rolname)
        where has_function_privilege(r.rolname, 'analytics.read_person(text, jsonb, jsonb)', 'execute')
    ),
    array['service_role'], 'only the secret key calls what writes it'
);
select is_empty(
    $$ select d.objid::regclass
       from pg_catalog.pg_depend as d join pg_catalog.pg_rewrite as w on w.oid = d.objid
       where d.refobjid = 'analytics.access_log'::regclass and w.ev_class <> 'analytics.access_log'::regclass $$,
    'no view reads it, so none exports it'
);
set local role service_role;
select throws_ok($$ select count(*) from analytics.access_log $$, '42501', null, 'the secret key reads no row of it');
select throws_ok($$ insert into analytics.access_log (reader_kind, person_id, resource, parameters) values ('secret_key', 'x', 'x', '{}') $$, '42501', null, 'and writes none by hand');
reset role;

insert into analytics.access_log (accessed_at, reader_kind, reader_id, person_id, resource, parameters)
select now() - a.age, 'user', 'tutor', a.person, 'tap/days', '{}'
from (values (interval '2 years 1 day', 'old'), (interval '2 years' - interval '1 day', 'young'), (interval '0', 'new')) as a (age, person);
select is(freshet.purge_history() ->> 'access_log', '1', 'the hourly purge deletes what is older than two years');
select bag_eq($$ select person_id from analytics.access_log where resource = 'tap/days' $$, array['young', 'new'], 'and nothing else');
select throws_ok(
    $$ insert into analytics.access_log (reader_kind, reader_id, person_id, resource, parameters) values ('secret_key', 'tutor', 'x', 'x', '{}') $$,
    '23514', null, 'a reader is a user with a subject, or the secret key without one'
);

-- 20,000 reads of 200 people: who has read one of them is an index lookup.
insert into analytics.access_log (reader_kind, reader_id, person_id, resource, parameters)
select 'user', 'tutor', 'person ' || (n % 200), 'tap/days', '{}' from generate_series(1, 20000) as n;
analyze analytics.access_log;
create function pg_temp.plan_of(query text) returns text language plpgsql as $$
declare
    found json;
begin
    execute 'explain (format json) ' || query into found;
    return found::text;
end
$$;
select matches(
    pg_temp.plan_of($$ select * from analytics.access_log where person_id = 'person 7' order by accessed_at desc limit 20 $$),
    '"Index Cond": "\(person_id = ', 'a person''s readers are found by the index'
);

select * from finish();
rollback;
