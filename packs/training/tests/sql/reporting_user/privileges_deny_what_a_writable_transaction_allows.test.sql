-- A session may set default_transaction_read_only to off: here nothing is read only, and everything is still denied.
begin;
select plan(51);
grant reporting_user to current_user;

create temporary table readable as
    select c.oid::regclass::text as name, c.relkind from pg_class as c
    where c.relnamespace = 'analytics'::regnamespace and c.relkind in ('r', 'p', 'm', 'v') and has_table_privilege('reporting_user', c.oid, 'select');
grant select on readable to reporting_user;
select analytics.refresh_view(v.view_name) from analytics.views as v where v.pack = 'training';

set local role reporting_user;
select is(current_setting('transaction_read_only'), 'off', 'the transaction may write');

select lives_ok('select * from ' || r.name || ' limit 1', 'reads ' || r.name) from readable as r order by r.name;
select throws_ok('delete from ' || r.name, '42501', null, 'deletes nothing from ' || r.name) from readable as r where r.relkind <> 'v' order by r.name;

select throws_ok(d.statement, '42501', null, 'refused: ' || d.statement)
from unnest(array[
    'insert into analytics.dim_time (date_key) values (''2100-01-01'')',
    'truncate analytics.fact_scenario_attempts',
    'create table analytics.planted (id integer)',
    'create table public.planted (id integer)',
    'create schema planted',
    'select * from analytics.views',
    'select * from analytics.incidents',
    'select * from analytics.mv_agent_progress',
    'select * from public.users',
    'select analytics.refresh_view(''mv_org_overview'')',
    'select analytics.manual_refresh(''mv_org_overview'')',
    'select analytics.read_view(''mv_org_overview'', ''{}'')',
    'select cron.schedule(''* * * * *'', ''select 1'')',
    'select * from vault.decrypted_secrets'
]) as d (statement);

select lives_ok('create temporary table planted (id integer)', 'a table of its session is all that it makes, as everybody may');

reset role;
select * from finish();
rollback;
