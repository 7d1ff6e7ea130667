-- job_slots.period is the time between two computed slots.
begin;
select plan((select count(*)::integer from pg_attribute as a join pg_class as c on c.oid = a.attrelid
    where c.relnamespace in ('analytics'::regnamespace, 'freshet'::regnamespace) and c.relkind = 'r' and a.atttypid = 'interval'::regtype and c.relname <> 'job_slots'));

select throws_ok(
    format('update %s set %I = ''178000000 years''', a.attrelid::regclass, a.attname),
    '23514', null,
    format('%s.%s refuses 178000000 years', a.attrelid::regclass, a.attname)
)
from pg_attribute as a
join pg_class as c on c.oid = a.attrelid
where c.relnamespace in ('analytics'::regnamespace, 'freshet'::regnamespace) and c.relkind = 'r' and a.atttypid = 'interval'::regtype and c.relname <> 'job_slots';

select * from finish();
rollback;
