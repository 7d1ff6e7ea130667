begin;
select plan(4);

select is_empty(
    $$ select c.oid::regclass, r.rolname
       from pg_class as c, pg_roles as r
       where c.relnamespace in ('analytics'::regnamespace, 'freshet'::regnamespace)
         and c.relkind in ('r', 'p', 'v', 'm', 'f')
         and r.rolname in ('anon', 'authenticated')
         and has_table_privilege(r.rolname, c.oid, 'select, insert, update, delete, truncate, references, trigger') $$,
    'anon and authenticated hold no privilege on any relation of analytics and freshet'
);
select is_empty(
    $$ select p.oid::regprocedure, r.rolname from pg_proc as p, pg_roles as r
       where p.pronamespace in ('analytics'::regnamespace, 'public'::regnamespace) and p.prosecdef
         and r.rolname in ('anon', 'authenticated') and has_function_privilege(r.rolname, p.oid, 'execute') $$,
    'no definer function of an exposed schema is executable by clients'
);
select is_empty(
    $$ select p.oid::regprocedure from pg_proc as p join pg_roles as r on r.oid = p.proowner
       where p.pronamespace in ('analytics'::regnamespace, 'freshet'::regnamespace) and p.prosecdef and r.rolsuper $$,
    'no definer function belongs to a superuser'
);
select is_empty(
    $$ select v.view_name from analytics.views as v
       where not exists (
           select from pg_index as i
           where i.indrelid = ('analytics.' || quote_ident(v.view_name))::regclass
             and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and not (0 = any (i.indkey::int2[]))
             and not exists (
                 select from pg_attribute as a where a.attrelid = i.indexrelid and a.attnum > 0 and a.attname is null
             )
       ) $$,
    'every registered view has a plain unique index'
);

select * from finish();
rollback;
