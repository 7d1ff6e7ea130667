begin;
select plan(8);

-- Where it could find what it ought not to: everywhere but the catalogs, pg_net's schema (see below) and pgTAP's own.
create temporary table searched as
    select n.oid from pg_namespace as n
    where n.nspname !~ '^pg_(catalog|toast|temp)' and n.nspname not in ('information_schema', 'net', 'tap');

select results_eq(
    $$ select r.rolcanlogin, r.rolsuper, r.rolinherit, r.rolcreatedb, r.rolcreaterole, r.rolreplication, r.rolbypassrls, r.rolconnlimit
       from pg_roles as r where r.rolname = 'reporting_user' $$,
    $$ values (false, false, false, false, false, false, false, 10) $$,
    'the role cannot log in yet, and has no attribute that lifts it above others'
);
select is_empty(
    $$ select m.roleid::regrole from pg_auth_members as m where m.member = 'reporting_user'::regrole $$,
    'it belongs to no other role'
);
select is_empty(
    $$ select m.member::regrole from pg_auth_members as m
       join pg_roles as r on r.oid = m.member
       where m.roleid = 'reporting_user'::regrole and r.rolname in ('anon', 'authenticated', 'service_role', 'authenticator') $$,
    'no role of the API belongs to it'
);
select set_eq(
    $$ select c.oid::regclass::text from pg_class as c
       where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and c.relnamespace in (select s.oid from searched as s)
         and has_schema_privilege('reporting_user', c.relnamespace, 'usage') and has_any_column_privilege('reporting_user', c.oid, 'select') $$,
    array[
        'analytics.fact_scenario_attempts', 'analytics.fact_kpi_events',
        'analytics.dim_orgs', 'analytics.dim_users', 'analytics.dim_scenarios', 'analytics.dim_time',
        'analytics.mv_leaderboard_month', 'analytics.mv_org_overview', 'analytics.mv_scenario_insights',
        'analytics.mv_org_activity_day', 'analytics.mv_user_activity_day', 'analytics.mv_assignment_status',
        'analytics.mv_kpi_call_minutes', 'analytics.mv_kpi_weeks', 'analytics.mv_kpi_users',
        'analytics.named_attempts', 'analytics.kpi_event_types',
        'analytics.leaderboard_months', 'analytics.org_overviews', 'analytics.current_assignments'
    ],
    'it reads these relations and no other: no registry, no audit, no other pack, no operational table, no partition by itself'
);
select is_empty(
    $$ select c.oid::regclass from pg_class as c
       where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace in (select s.oid from searched as s union all select 'pg_catalog'::regnamespace)
         and has_schema_privilege('reporting_user', c.relnamespace, 'usage')
         and (has_table_privilege('reporting_user', c.oid, 'insert, update, delete, truncate, references, trigger')
              or has_any_column_privilege('reporting_user', c.oid, 'insert, update, references'))
         and c.oid <> 'pg_settings'::regclass -- an update of it is a set, for the session
    $$,
    'it holds no privilege to write on any relation, whatever the transaction allows'
);
select set_eq(
    $$ select n.nspname::text from pg_namespace as n where has_schema_privilege('reporting_user', n.oid, 'usage') and n.nspname !~ '^pg_(toast|temp)' and n.nspname <> 'tap' $$,
    array['analytics', 'information_schema', 'net', 'pg_catalog', 'public'],
    'it enters schema analytics, the catalogs, and what is open to everybody: public, and pg_net''s schema'
);
select is_empty(
    $$ select p.oid::regprocedure from pg_proc as p
       where p.pronamespace in (select s.oid from searched as s)
         and has_schema_privilege('reporting_user', p.pronamespace, 'usage') and has_function_privilege('reporting_user', p.oid, 'execute') $$,
    'it calls no function of Freshet, of the scheduler or of an application'
);
select results_eq(
    $$ select has_database_privilege('reporting_user', current_database(), p) from unnest(array['connect', 'create', 'temporary']) as p $$,
    array[true, false, true],
    'in the database it may connect, and create nothing but for its session, as everybody may'
);

select * from finish();
rollback;
