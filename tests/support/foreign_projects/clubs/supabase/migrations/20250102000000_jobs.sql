create extension if not exists pg_cron with schema pg_catalog;

select cron.schedule('forget-old-games', '20 4 * * 0', $$delete from public.games where played_at < now() - interval '10 years'$$);

select vault.create_secret('of the clubs', 'project_secret');
