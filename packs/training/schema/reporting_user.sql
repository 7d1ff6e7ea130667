-- Object: role reporting_user
-- Serves: business intelligence tools that speak SQL: Metabase, Grafana, Retool, Mode; packs/training/bi/README.md
--      says how to connect them
-- Why: such a tool runs any SQL that its users write, so the role itself must not be able to do harm. It reads the
--      training pack's facts, dimensions and views, of all organisations, and nothing else. Privileges deny the rest;
--      the read-only transactions and the time limits below are defaults that a session may change, and so no boundary.
--      It may also do what every role may (PUBLIC): enter schema public, and make temporary tables. The platform grants
--      that, and an application may revoke it: packs/training/bi/README.md says how. No grant of either is changed
--      here. It cannot log in until it is given a password, which no migration should contain.
do $$
begin
    if not exists (select from pg_catalog.pg_roles as r where r.rolname = 'reporting_user') then
        create role reporting_user nologin noinherit connection limit 10;
    end if;
end
$$;

comment on role reporting_user is 'Freshet: reads the training pack''s analytics. Activated by: alter role reporting_user with login password ''…''';

alter role reporting_user set default_transaction_read_only = on;

alter role reporting_user set statement_timeout = '30s';

alter role reporting_user set lock_timeout = '2s';

alter role reporting_user set idle_in_transaction_session_timeout = '60s';

alter role reporting_user set search_path = analytics;

-- Revokes anything that an existing role of this name was granted before.
revoke all on all tables in schema public, analytics, freshet from reporting_user;

revoke all on all sequences in schema public, analytics, freshet from reporting_user;

revoke all on all routines in schema public, analytics, freshet from reporting_user;

revoke all on schema public, freshet from reporting_user;

grant usage on schema analytics to reporting_user;
