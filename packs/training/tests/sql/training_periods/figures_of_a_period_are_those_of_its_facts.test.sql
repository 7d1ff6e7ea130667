-- Four hundred attempts of two organisations, spread over 2026 by a hash of their number: some without a score, an end, a duration or a
-- scenario, some that end a day later, some after the day of the read (2026-09-30). Each figure of eleven periods, for all
-- scenarios and for one, is worked out from the facts by a query of its own.
begin;
select plan(12);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id, name) select 'u' || n, 'Name of u' || n from generate_series(0, 9) as n;
insert into public.org_members (org_id, user_id) select o.id, u.id from public.orgs as o cross join public.users as u;
insert into public.scenarios (id, org_id, title, difficulty, category)
select md5('scenario' || n)::uuid, ('00000000-0000-0000-0000-0000000000' || case when n <= 3 then 'a1' else 'b1' end)::uuid, 'Scenario ' || n, 'hard', 'sales'
from generate_series(1, 5) as n;
create temporary table drawn as
select n, md5('attempt' || n)::uuid as id, ('x' || substr(md5(n::text), 1, 7))::bit(28)::integer as a, ('x' || substr(md5(n::text), 8, 7))::bit(28)::integer as b
from generate_series(1, 400) as n;
insert into public.scenario_attempts (id, org_id, user_id, scenario_id, status, score, duration_seconds, started_at, ended_at)
select
    d.id, ('00000000-0000-0000-0000-0000000000' || case when d.n % 3 > 0 then 'a1' else 'b1' end)::uuid, 'u' || d.a % 10,
    case when d.a % 11 > 0 then md5('scenario' || case when d.n % 3 > 0 then 1 + d.b % 3 else 4 + d.b % 2 end)::uuid end, 'completed',
    case when d.b % 7 > 0 then (d.a % 1001) / 10.0 end, case when d.b % 5 > 0 then d.a % 900 end, s.at,
    case when d.a % 13 > 0 then s.at + make_interval(hours => d.b % 30) end
from drawn as d
cross join lateral (select '2026-01-01 00:00+00'::timestamptz + make_interval(hours => d.b % (24 * 330)) as at) as s;
insert into analytics.fact_kpi_events (attempt_id, org_id, user_id, event_type, timestamp_ms)
select d.id, f.org_id, f.user_id, case when (d.a + e) % 4 = 0 then 'interruption' else 'question_asked' end, case when (d.b + e) % 6 > 0 then e * 41000 end
from drawn as d join analytics.fact_scenario_attempts as f on f.attempt_id = d.id cross join lateral generate_series(1, d.a % 6) as e;
select analytics.refresh_view(v) from unnest(array[
    'mv_org_activity_day', 'mv_user_activity_day', 'mv_scenario_insights', 'mv_scenario_days',
    'mv_kpi_weeks', 'mv_kpi_users', 'mv_kpi_call_minutes', 'mv_kpi_attempts', 'mv_kpi_call_days', 'mv_assignment_status']) as v;

-- Open at one end and at both, a day, the days around the last one, a week cut at both ends, all, and a time without a fact.
create temporary table periods (n, first, last) as values
    (1, null::date, null::date), (2, '2026-03-10'::date, null), (3, null, '2026-03-10'), (4, '2026-03-10', '2026-03-10'), (5, '2026-02-03', '2026-04-20'),
    (6, '2026-09-29', '2026-10-01'), (7, '2026-03-04', '2026-03-12'), (8, '1970-01-01', '9999-12-31'), (9, '2027-01-01', '2027-12-31'), (10, '2026-09-30', '2026-09-30'), (11, '2026-10-01', '2026-12-31');
create temporary table scenarios_asked (scenario) as values (null::uuid), (md5('scenario2')::uuid);

create function pg_temp.asked(first date, last date, scenario uuid, further jsonb default '{}') returns jsonb language sql as $$
    select jsonb_build_object('org', null, 'people', null, 'today', '2026-09-30', 'params',
        jsonb_strip_nulls(jsonb_build_object('from', first, 'to', last, 'scenario_id', scenario)) || further);
$$;

select bag_eq(
    $$ select p.n, r.org_id, r.active_users, r.total_attempts, r.avg_score, r.scored_count, r.last_activity
       from periods as p cross join lateral freshet.reading_training_org_overview(pg_temp.asked(p.first, p.last, null)) as r $$,
    $$ select * from (select p.n, o.id, count(distinct f.user_id), count(f.attempt_id), round(avg(f.score), 3), count(f.score), max(f.ended_at)
       from periods as p cross join public.orgs as o
       left join analytics.fact_scenario_attempts as f on f.org_id = o.id
           and (f.ended_at at time zone 'UTC')::date between coalesce(p.first, '-infinity') and least(p.last, '2026-09-30')
       group by p.n, o.id) as x (c1, c2, c3, c4, c5, c6, c7) $$,
    'an organisation in one row: by the day of the end, up to the day of the read'
);
select bag_eq(
    $$ select r.org_id, r.attempts_this_week, r.attempts_this_month, r.active_users_this_month from periods as p cross join lateral freshet.reading_training_org_overview(pg_temp.asked(p.first, p.last, null)) as r $$,
    $$ select r.org_id, r.attempts_this_week, r.attempts_this_month, r.active_users_this_month from periods cross join lateral freshet.reading_training_org_overview(pg_temp.asked(null, null, null)) as r $$,
    'this week and this month are about today, whatever the period'
);
select bag_eq(
    $$ select p.n, q.scenario, r.* from periods as p cross join scenarios_asked as q cross join lateral freshet.reading_training_scenario_insights(pg_temp.asked(p.first, p.last, q.scenario)) as r $$,
    $$ select * from (select p.n, q.scenario, s.org_id, s.id, s.title, s.difficulty, s.category, count(*), round(avg(f.score), 3), round(stddev_samp(f.score), 3), round(avg(f.duration_seconds), 3),
           round(percentile_cont(0.5) within group (order by f.score)::numeric, 3), max(f.ended_at), coalesce(stddev_samp(f.score) > 0 and stddev_samp(f.score) / avg(f.score) >= 0.3, false)
       from periods as p cross join scenarios_asked as q
       join public.scenarios as s on q.scenario is null or s.id = q.scenario
       join analytics.fact_scenario_attempts as f on f.scenario_id = s.id and f.score is not null and f.date_key between coalesce(p.first, '-infinity') and coalesce(p.last, 'infinity')
       group by p.n, q.scenario, s.id) as x (c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14) $$,
    'scenarios: every figure, by the day of the start'
);
select bag_eq(
    $$ select p.n, q.scenario, r.* from periods as p cross join scenarios_asked as q
       cross join lateral freshet.reading_training_kpi_weekly(pg_temp.asked(p.first, p.last, q.scenario, '{"event_type": "question_asked"}')) as r $$,
    $$ select * from (select p.n, q.scenario, f.org_id, 'question_asked'::text, (f.date_key - (extract(isodow from f.date_key)::integer - 1))::date as week,
           count(e.id), count(distinct e.attempt_id), count(distinct f.attempt_id), round(count(e.id)::numeric / count(distinct f.attempt_id), 4)
       from periods as p cross join scenarios_asked as q
       join analytics.fact_scenario_attempts as f on (q.scenario is null or f.scenario_id = q.scenario) and f.date_key between coalesce(p.first, '-infinity') and coalesce(p.last, 'infinity')
       left join analytics.fact_kpi_events as e on e.attempt_id = f.attempt_id and e.event_type = 'question_asked'
       group by p.n, q.scenario, f.org_id, week) as x (c1, c2, c3, c4, c5, c6, c7, c8, c9) $$,
    'events by week, of the days of the period alone, zeros included'
);
select bag_eq(
    $$ select p.n, q.scenario, r.* from periods as p cross join scenarios_asked as q
       cross join lateral freshet.reading_training_kpi_heatmap(pg_temp.asked(p.first, p.last, q.scenario, '{"event_type": "interruption"}')) as r $$,
    $$ select * from (select p.n, q.scenario, f.org_id, 'interruption'::text, floor(e.timestamp_ms / 60000.0)::integer as minute, count(*), count(distinct f.attempt_id)
       from periods as p cross join scenarios_asked as q
       join analytics.fact_scenario_attempts as f on (q.scenario is null or f.scenario_id = q.scenario) and f.date_key between coalesce(p.first, '-infinity') and coalesce(p.last, 'infinity')
       join analytics.fact_kpi_events as e on e.attempt_id = f.attempt_id and e.event_type = 'interruption' and e.timestamp_ms is not null
       group by p.n, q.scenario, f.org_id, minute) as x (c1, c2, c3, c4, c5, c6, c7) $$,
    'events by minute of the call'
);
select bag_eq(
    $$ select p.n, q.scenario, r.org_id, r.cohort, r.users_count, r.attempts_count, r.events_count, r.avg_score, r.scored_users_count
       from periods as p cross join scenarios_asked as q
       cross join lateral freshet.reading_training_kpi_cohorts(pg_temp.asked(p.first, p.last, q.scenario, '{"event_type": "question_asked", "thresholds": [1.5, 2.5]}')) as r where r.users_count > 0 $$,
    $$ select * from (with attempts as (
           select p.n, q.scenario, f.org_id, f.user_id, f.score,
               (select count(*) from analytics.fact_kpi_events as e where e.attempt_id = f.attempt_id and e.event_type = 'question_asked') as events
           from periods as p cross join scenarios_asked as q
           join analytics.fact_scenario_attempts as f on (q.scenario is null or f.scenario_id = q.scenario) and f.date_key between coalesce(p.first, '-infinity') and coalesce(p.last, 'infinity')
       ),
       means as (select a.n, a.scenario, a.org_id, a.user_id, avg(a.events) as mean from attempts as a group by a.n, a.scenario, a.org_id, a.user_id)
       select a.n, a.scenario, a.org_id, case when m.mean < 1.5 then 1 when m.mean <= 2.5 then 2 else 3 end as cohort, count(distinct a.user_id), count(*), sum(a.events)::bigint,
           round(avg(a.score), 3), count(distinct a.user_id) filter (where a.score is not null)
       from attempts as a join means as m on m.n = a.n and m.scenario is not distinct from a.scenario and m.org_id = a.org_id and m.user_id = a.user_id
       group by a.n, a.scenario, a.org_id, cohort) as x (c1, c2, c3, c4, c5, c6, c7, c8, c9) $$,
    'people by how often it happens in their attempts'
);
select bag_eq(
    $$ select p.n, r.org_id, r.user_id, r.name, r.attempts_count, r.scored_count, r.avg_score, r.duration_seconds, r.last_active_on
       from periods as p cross join lateral freshet.reading_training_people_figures(pg_temp.asked(p.first, p.last, null)) as r $$,
    $$ select * from (select p.n, m.org_id, m.user_id, 'Name of ' || m.user_id,
           count(f.attempt_id) filter (where f.is_in), count(f.score) filter (where f.is_in), round(avg(f.score) filter (where f.is_in), 3),
           coalesce(sum(f.duration_seconds) filter (where f.is_in), 0), max(f.date_key)
       from periods as p cross join public.org_members as m
       left join lateral (
           select x.*, x.date_key between coalesce(p.first, '-infinity') and coalesce(p.last, 'infinity') as is_in
           from analytics.fact_scenario_attempts as x where x.org_id = m.org_id and x.user_id = m.user_id and x.date_key <= '2026-09-30'
       ) as f on true
       group by p.n, m.org_id, m.user_id) as x (c1, c2, c3, c4, c5, c6, c7, c8, c9) $$,
    'a person''s attempts, by the day of the start, up to the day of the read'
);

-- What is asked without a period is what is stored of all time, which the period of all days equals.
select bag_eq($$ select * from freshet.reading_training_scenario_insights(pg_temp.asked(null, null, null)) $$, $$ select * from freshet.reading_training_scenario_insights(pg_temp.asked('1970-01-01', '9999-12-31', null)) $$, 'all scenarios');
select bag_eq(
    $$ select org_id, scenario_id, attempt_count, avg_score, score_stddev, avg_duration, median_score, last_attempted, has_high_variance from freshet.reading_training_scenario_insights(pg_temp.asked(null, null, null)) $$,
    $$ select org_id, scenario_id, attempt_count, avg_score, score_stddev, avg_duration, median_score, last_attempted, has_high_variance from analytics.mv_scenario_insights $$, 'as the view has them'
);
select bag_eq($$ select * from freshet.reading_training_kpi_weekly(pg_temp.asked(null, null, null, '{"event_type": "interruption"}')) $$, $$ select * from freshet.reading_training_kpi_weekly(pg_temp.asked('1970-01-01', null, null, '{"event_type": "interruption"}')) $$, 'all weeks');
select bag_eq($$ select * from freshet.reading_training_kpi_heatmap(pg_temp.asked(null, null, null, '{"event_type": "interruption"}')) $$, $$ select * from freshet.reading_training_kpi_heatmap(pg_temp.asked('1970-01-01', null, null, '{"event_type": "interruption"}')) $$, 'all minutes');

-- The days of the trend and of the teams end with `to`.
select bag_eq(
    $$ select r.org_id, r.active_on, r.attempts_count, r.active_users_count, r.avg_score, r.scored_count from freshet.reading_training_attempt_trend(pg_temp.asked(null, '2026-03-10', null, '{"days": 9}')) as r $$,
    $$ select * from (select o.id, d.day::date, count(f.attempt_id), count(distinct f.user_id), round(avg(f.score), 3), count(f.score)
       from public.orgs as o cross join generate_series('2026-03-02'::timestamp, '2026-03-10', '1 day') as d (day)
       left join analytics.fact_scenario_attempts as f on f.org_id = o.id and f.date_key = d.day::date
       group by o.id, d.day) as x (c1, c2, c3, c4, c5, c6) $$,
    'nine days that end with the tenth of March'
);

select * from finish();
rollback;
