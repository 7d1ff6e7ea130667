-- The real pg_cron, with the grants that a hosted project gives to "postgres". Safe to run again.
create extension if not exists pg_cron with schema pg_catalog;

grant usage on schema cron to postgres with grant option;
grant all on all functions in schema cron to postgres with grant option;
grant all on all tables in schema cron to postgres with grant option;
-- Jobs change through cron.schedule() and friends only: those check the owner, a plain update would not.
do $narrow$
begin
    if not (select rolsuper from pg_catalog.pg_roles where rolname = 'postgres') then
        revoke all on table cron.job from postgres;
        grant select on table cron.job to postgres with grant option;
    end if;
end
$narrow$;
