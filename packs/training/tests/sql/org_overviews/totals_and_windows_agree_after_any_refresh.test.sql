-- Whatever was refreshed last, a total is at least its window: an organisation that is new, one that grew, and one of which attempts were
-- deleted, looked at after each single refresh of each view, on each of forty days.
begin;
select plan(5);

create function pg_temp.contradictions() returns table (org text, read_on date) language sql as $$
    select v.name, v.read_on from analytics.org_overviews as v
    where v.read_on between '2026-03-01' and '2026-04-10'
        and not (
            v.total_attempts >= v.attempts_this_month and v.attempts_this_month >= v.attempts_this_week
            and v.active_users >= v.active_users_this_month
            and (v.total_attempts > 0) = (v.last_activity is not null) and v.scored_count <= v.total_attempts
        );
$$;
create temporary table seen (step text, org text, read_on date);
create function pg_temp.look(step text) returns void language plpgsql as $$
declare
    name text;
begin
    foreach name in array array['mv_org_activity_day', 'mv_user_activity_day', 'mv_org_overview', 'mv_org_activity_day', 'mv_user_activity_day'] loop
        perform analytics.refresh_view(name);
        insert into seen select look.step || ' ' || name, c.org, c.read_on from pg_temp.contradictions() as c;
    end loop;
end
$$;
create function pg_temp.attempts(org text, users integer, days integer) returns void language sql as $$
    insert into public.scenario_attempts (org_id, user_id, status, score, started_at, ended_at)
    select ('00000000-0000-0000-0000-0000000000' || org)::uuid, 'u' || u, 'completed', 50, (d::date + time '22:30') at time zone 'UTC',
        case when u % 3 > 0 then (d::date + time '22:30') at time zone 'UTC' + interval '3 hours' end
    from generate_series(1, users) as u cross join generate_series(date '2026-03-20' - days, '2026-03-20', '3 days') as d;
$$;
insert into public.orgs (id, name) select ('00000000-0000-0000-0000-0000000000' || o)::uuid, o from unnest(array['a1', 'b1']) as o;
insert into public.users (id) select 'u' || n from generate_series(1, 6) as n;
insert into public.org_members (org_id, user_id) select o.id, u.id from public.orgs as o cross join public.users as u;

select analytics.refresh_view(v) from unnest(array['mv_org_activity_day', 'mv_user_activity_day', 'mv_org_overview']) as v;
select pg_temp.attempts('a1', 6, 0);
select pg_temp.look('a new organisation');
select pg_temp.attempts('a1', 3, 60), pg_temp.attempts('b1', 6, 30);
select pg_temp.look('more attempts');
delete from public.scenario_attempts where user_id in ('u1', 'u2') and org_id = '00000000-0000-0000-0000-0000000000a1';
select pg_temp.look('fewer');
select is_empty($$ select * from seen $$, 'totals and windows never contradict each other');

-- u1 to u6 on 03-20; u3 and u6 without an end. Of a1 u1 and u2 are gone: u4 and u5 on 03-21, the day of their end, and none before.
select results_eq(
    $$ select total_attempts, attempts_this_week, active_users, active_users_this_month from analytics.org_overviews where name = 'a1' and read_on = '2026-03-21' $$,
    $$ values (2::bigint, 2::bigint, 2::bigint, 2::bigint) $$,
    'a new organisation''s total is there as soon as its week is'
);
select is((select attempts_this_week from analytics.org_overviews where name = 'a1' and read_on = '2026-03-28'), 0::bigint, 'after seven days the week is empty');
select is((select total_attempts from analytics.org_overviews where name = 'a1' and read_on = '2026-04-10'), 2::bigint, 'and the total stands');
select results_eq(
    $$ select total_attempts, attempts_this_week, attempts_this_month, avg_score, scored_count, active_users
       from freshet.reading_training_org_overview('{"params": {}, "today": "2026-03-21", "org": "00000000-0000-0000-0000-0000000000b1", "people": null}') $$,
    $$ select total_attempts, attempts_this_week, attempts_this_month, avg_score, scored_count, active_users
       from analytics.org_overviews where name = 'b1' and read_on = '2026-03-21' $$,
    'the reading is the view'
);

select * from finish();
rollback;
