begin;
select plan(7);

select is_empty(
    $$ select c.oid::regclass, r.rolname
       from pg_class as c, pg_roles as r
       where c.relnamespace in ('analytics'::regnamespace, 'private'::regnamespace)
         and c.relkind in ('r', 'p', 'v', 'm', 'f')
         and r.rolname in ('anon', 'authenticated')
         and has_table_privilege(r.rolname, c.oid, 'select, insert, update, delete, truncate, references, trigger') $$,
    'anon and authenticated hold no privilege on any relation of analytics and private'
);
select is_empty(
    $$ select p.oid::regprocedure from pg_proc as p
       where p.pronamespace in ('analytics'::regnamespace, 'private'::regnamespace)
         and not coalesce(p.proconfig && array['search_path=""', 'search_path=pg_catalog, pg_temp'], false) $$,
    'every function fixes its search path'
);
select is_empty(
    $$ select p.oid::regprocedure, r.rolname from pg_proc as p, pg_roles as r
       where p.pronamespace in ('analytics'::regnamespace, 'public'::regnamespace) and p.prosecdef
         and r.rolname in ('anon', 'authenticated') and has_function_privilege(r.rolname, p.oid, 'execute') $$,
    'no definer function of an exposed schema is executable by clients'
);
select is_empty(
    $$ select p.oid::regprocedure from pg_proc as p join pg_roles as r on r.oid = p.proowner
       where p.pronamespace in ('analytics'::regnamespace, 'private'::regnamespace) and p.prosecdef and r.rolsuper $$,
    'no definer function belongs to a superuser'
);
select set_eq(
    $$ select p.oid::regprocedure::text from pg_proc as p
       where p.pronamespace in ('analytics'::regnamespace, 'private'::regnamespace)
         and has_function_privilege('authenticated', p.oid, 'execute') $$,
    array[
        'analytics.is_admin()', 'analytics.manual_refresh(text)', 'analytics.health_check()', 'analytics.get_cron_job_status()',
        'private.manual_refresh(text)', 'private.health_check()', 'private.get_cron_job_status()',
        'private.analytics_heatmap_admin()', 'private.analytics_refresh_heatmap()', 'private.people_of_caller()',
        'private.refresh_reporting_views()',
        'analytics.request_refresh(text,text,text)', 'analytics.refresh_request(bigint)',
        'private.ask_refresh(text,text,text)', 'private.refresh_request(bigint)'
    ],
    'signed-in users reach these functions and no other'
);
select is_empty(
    $$ select p.oid::regprocedure from pg_proc as p
       where p.pronamespace in ('analytics'::regnamespace, 'private'::regnamespace) and has_function_privilege('anon', p.oid, 'execute') $$,
    'anon reaches none'
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
