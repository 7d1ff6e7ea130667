begin;
select plan(3);

select is_empty(
    $$ select distinct r.ev_class::regclass
       from pg_depend as d
       join pg_rewrite as r on r.oid = d.objid
       where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
         and (d.refobjid = 'public.study_events'::regclass or d.refobjid in (select i.inhrelid from pg_inherits as i where i.inhparent = 'public.study_events'::regclass)) $$,
    'no view reads the log'
);
select is_empty(
    $$ select f.name from (
           select p.oid::regprocedure::text as name, p.prosrc from pg_proc as p
           where p.pronamespace in ('analytics'::regnamespace, 'freshet'::regnamespace) and p.proname ~ '^(reading|scope)_'
       ) as f where f.prosrc ~ 'study_events' $$,
    'no function that answers a request reads it'
);
select is_empty(
    $$ select p.oid::regprocedure from pg_proc as p
       where p.prosrc ~ '\mstudy_events' and p.pronamespace in ('analytics'::regnamespace, 'public'::regnamespace)
         and (has_function_privilege('anon', p.oid, 'execute') or has_function_privilege('authenticated', p.oid, 'execute')) $$,
    'no function that clients may call by itself names it'
);

select * from finish();
rollback;
