-- Schemas and default privileges of a hosted Supabase project. Safe to run again.
create schema if not exists extensions;
grant usage on schema extensions to postgres, anon, authenticated, service_role;
grant create on schema extensions to postgres;

grant usage on schema public to postgres, anon, authenticated, service_role;
-- "postgres" creates in public as the owner of the database.
revoke create on schema public from postgres;

-- The API roles may use every object in public, regardless of its creator: this is why row security matters, and why a
-- definer function needs its own revoke.
do $defaults$
declare
    creator text;
begin
    foreach creator in array array['postgres', current_user::text] loop
        execute format(
            'alter default privileges for role %I in schema public grant all on tables to postgres, anon, authenticated, service_role',
            creator
        );
        execute format(
            'alter default privileges for role %I in schema public grant all on functions to postgres, anon, authenticated, service_role',
            creator
        );
        execute format(
            'alter default privileges for role %I in schema public grant all on sequences to postgres, anon, authenticated, service_role',
            creator
        );
    end loop;
end
$defaults$;
