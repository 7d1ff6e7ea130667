begin;
select plan(2);

select cron.schedule('many', '0 0 1 1 *', 'refresh materialized view public.a; refresh materialized view public.b; refresh materialized view public.b;');
create temporary sequence asked;
create or replace function freshet.is_dynamic_refresh(text text)
returns boolean language plpgsql as $$ begin return nextval('pg_temp.asked') is null; end $$;
select is(
    (select count(*) from freshet.refreshes_of_jobs() as r where r.job_name = 'many'), 2::bigint,
    'a refresh that is spelled out twice is one'
);
select is(
    (select last_value from asked), (select count(*) from freshet.texts_of_jobs('\mrefresh\s+materialized\s+view\M') as t),
    'what each text holds is looked for once'
);

select * from finish();
rollback;
