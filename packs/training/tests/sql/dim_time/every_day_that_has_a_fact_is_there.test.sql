-- An attempt of 1985, one of 2199 and one of today; the calendar has five years on both sides.
begin;
select plan(7);

create temporary view missing as
    select f.date_key from analytics.fact_scenario_attempts as f
    where not exists (select from analytics.dim_time as t where t.date_key = f.date_key);
insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) values ('u1');
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000a1', 'u1');
insert into public.scenario_attempts (org_id, user_id, status, started_at)
select '00000000-0000-0000-0000-0000000000a1', 'u1', 'completed', s
from unnest(array['2199-02-28 12:00+00', '1985-12-31 12:00+00', now()::text]) as m (t) cross join lateral cast(m.t as timestamptz) as s;
select is((select count(*) from analytics.fact_scenario_attempts), 3::bigint, 'three facts');
select is_empty($$ select * from missing $$, 'the trigger brings the days of attempts that are inserted');
select results_eq(
    $$ select date_key, iso_year, week, day_of_week, is_weekend from analytics.dim_time where year in (1985, 2199) order by date_key $$,
    $$ values (date '1985-12-31', 1986, 1, 2, false), (date '2199-02-28', 2199, 9, 4, false) $$,
    'each with its place in the calendar, and no other day'
);
update public.scenario_attempts set started_at = '1984-02-29 12:00+00' where started_at < '1990-01-01';
select is_empty($$ select * from missing $$, 'and of attempts that are moved');

-- As before the trigger did so.
delete from analytics.dim_time where year in (1984, 2199);
select isnt_empty($$ select * from missing $$, 'without their days');
select analytics.make_months_ahead();
select is_empty($$ select * from missing $$, 'the nightly job brings the days of facts that are there');
delete from analytics.dim_time where year in (1984, 2199);
select analytics.backfill_scenario_attempts();
select is_empty($$ select * from missing $$, 'and so does the backfill');

select * from finish();
rollback;
