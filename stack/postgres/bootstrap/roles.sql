-- The roles of a hosted Supabase project, with the attributes they have there.
-- Run as the bootstrap superuser (supabase_admin here). Safe to run again.
do $roles$
declare
    wanted record;
begin
    for wanted in
        select * from (values
            ('anon', 'nologin noinherit'),
            ('authenticated', 'nologin noinherit'),
            ('service_role', 'nologin noinherit bypassrls'),
            ('authenticator', 'login noinherit'),
            ('supabase_auth_admin', 'login noinherit createrole'),
            ('supabase_storage_admin', 'login noinherit createrole'),
            ('postgres', 'login createrole createdb replication bypassrls')
        ) as roles (role_name, attributes)
    loop
        if not exists (select from pg_catalog.pg_roles as r where r.rolname = wanted.role_name) then
            execute format('create role %I %s', wanted.role_name, wanted.attributes);
        end if;
    end loop;
end
$roles$;

grant anon, authenticated, service_role to authenticator;

-- Where "postgres" is itself the bootstrap superuser (DATABASE_URL of a plain server), it needs none of this.
do $postgres$
begin
    if (select rolsuper from pg_catalog.pg_roles where rolname = 'postgres') then
        return;
    end if;
    grant anon, authenticated, service_role, authenticator to postgres with admin option;
    grant pg_monitor, pg_signal_backend, pg_read_all_data to postgres;
    alter role postgres set search_path to "$user", public, extensions;
    -- Hosted projects cap a statement at two minutes: a refresh that needs longer must say so itself.
    alter role postgres set statement_timeout to '2min';
    execute format('alter database %I owner to postgres', current_database());
end
$postgres$;

alter role anon set statement_timeout to '3s';
alter role authenticated set statement_timeout to '8s';
