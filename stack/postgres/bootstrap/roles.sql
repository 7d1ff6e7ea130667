-- The roles of a hosted Supabase project that a project's own work meets, with the attributes, memberships and settings
-- they have there (supabase/postgres: migrations and the expected results of its tests, for each major version).
-- Run as the bootstrap superuser (supabase_admin here). Safe to run again: what an older stack made otherwise is mended.
do $roles$
declare
    wanted record;
begin
    for wanted in
        select * from (values
            ('anon', 'nologin inherit nocreaterole nobypassrls'),
            ('authenticated', 'nologin inherit nocreaterole nobypassrls'),
            ('service_role', 'nologin inherit nocreaterole bypassrls'),
            ('authenticator', 'login noinherit nocreaterole nobypassrls'),
            ('supabase_auth_admin', 'login noinherit nocreaterole nobypassrls'),
            ('supabase_storage_admin', 'login noinherit createrole nobypassrls'),
            ('dashboard_user', 'nologin inherit createrole createdb replication nobypassrls'),
            ('supabase_read_only_user', 'login inherit nocreaterole bypassrls'),
            ('postgres', 'login inherit createrole createdb replication bypassrls')
        ) as roles (role_name, attributes)
    loop
        if not exists (select from pg_catalog.pg_roles as r where r.rolname = wanted.role_name) then
            execute format('create role %I %s', wanted.role_name, wanted.attributes);
            -- A role belongs to every database of a server: by this a later start knows that it may change it (given_database.ts).
            execute format('comment on role %I is %L', wanted.role_name, 'made by the local stack of Freshet');
        elsif not (select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = wanted.role_name) then
            execute format('alter role %I %s', wanted.role_name, wanted.attributes);
        end if;
    end loop;
end
$roles$;

grant anon, authenticated, service_role to authenticator;
grant authenticator to supabase_storage_admin;
grant pg_read_all_data to supabase_read_only_user;

-- Where "postgres" is itself the bootstrap superuser (a plain server that was given to the stack), it needs none of this.
do $postgres$
begin
    if (select rolsuper from pg_catalog.pg_roles where rolname = 'postgres') then
        return;
    end if;
    if current_setting('server_version_num')::integer >= 160000 then
        grant anon, authenticated, service_role, authenticator, pg_monitor, pg_signal_backend, pg_read_all_data
            to postgres with admin option;
        grant pg_create_subscription to postgres;
    else
        grant anon, authenticated, service_role, pg_monitor, pg_signal_backend, pg_read_all_data to postgres;
        revoke admin option for anon, authenticated, service_role from postgres;
        revoke authenticator from postgres;
    end if;
    -- supautils lets it (supautils.privileged_role_allowed_configs).
    grant set on parameter session_replication_role to postgres;
    alter role postgres set search_path to "$user", public, extensions;
    -- There it is a setting of the whole server. A refresh that needs longer must say so itself.
    alter role postgres set statement_timeout to '2min';
    execute format('alter database %I owner to postgres', current_database());
    execute format('grant all on database %I to postgres, dashboard_user', current_database());
end
$postgres$;

alter role anon set statement_timeout to '3s';
alter role authenticated set statement_timeout to '8s';
-- The data API logs in as authenticator: its limits hold for every role that names none, service_role among them.
alter role authenticator set statement_timeout to '8s';
alter role authenticator set lock_timeout to '8s';
alter role supabase_auth_admin set search_path to auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout to '60s';
alter role supabase_auth_admin set log_statement to 'none';
alter role supabase_storage_admin set search_path to storage;
alter role supabase_storage_admin set log_statement to 'none';
