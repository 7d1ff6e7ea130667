-- Questions asked per attempt; thresholds 3 and 7. Users u1 to u5 made one attempt each with 3 questions (exactly 3), scored 10, 20, 30, 40, 50;
-- u6 two attempts with 14 together (exactly 7), scored 60 and 90; u7 three attempts with 22 (7.333…); u8 three with 8 (2.666…); u9 one with none.
--   below 3: u8, u9     2 users, 4 attempts, 8 questions; the four attempts scored 1 each: 1, of two users
--   3 to 7: u1 to u6    6 users, 7 attempts, 29 questions, (10 + 20 + 30 + 40 + 50 + 60 + 90) / 7 = 42.857
--   above 7: u7         1 user, 3 attempts, 22 questions, 1 each: 1, of one user
-- In the other organisation u1 to u5 ask nothing, and u5 is not scored: five users, and 70 is the average of four.
begin;
select plan(4);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id) select 'u' || n from generate_series(1, 9) as n;
insert into public.org_members (org_id, user_id) select o.id, u.id from public.orgs as o cross join public.users as u;
insert into public.scenario_attempts (org_id, user_id, status, score, started_at)
select '00000000-0000-0000-0000-0000000000b1', 'u' || n, 'completed', case when n < 5 then 70 end, '2026-03-01 10:00+00' from generate_series(1, 5) as n;
create temporary table planned (name text, who text, score numeric, questions integer);
insert into planned values
    ('1', 'u1', 10, 3), ('2', 'u2', 20, 3), ('3', 'u3', 30, 3), ('4', 'u4', 40, 3), ('5', 'u5', 50, 3), ('6', 'u6', 60, 13), ('7', 'u6', 90, 1),
    ('8', 'u7', 1, 20), ('9', 'u7', 1, 2), ('10', 'u7', 1, 0), ('11', 'u8', 1, 8), ('12', 'u8', 1, 0), ('13', 'u8', 1, 0), ('14', 'u9', 1, 0);
insert into public.scenario_attempts (id, org_id, user_id, status, score, started_at)
select md5(p.name)::uuid, '00000000-0000-0000-0000-0000000000a1', p.who, 'completed', p.score, '2026-03-01 10:00+00' from planned as p;
insert into analytics.fact_kpi_events (attempt_id, org_id, user_id, event_type)
select md5(p.name)::uuid, '00000000-0000-0000-0000-0000000000a1', p.who, 'question_asked' from planned as p cross join generate_series(1, p.questions);
select analytics.refresh_view('mv_kpi_users');

create function pg_temp.read(thresholds jsonb, org text)
returns table (label text, users bigint, attempts bigint, events bigint, average numeric, scored bigint) language sql as $$
    select r.label, r.users_count, r.attempts_count, r.events_count, r.avg_score, r.scored_users_count
    from freshet.reading_training_kpi_cohorts(jsonb_build_object(
        'params', jsonb_build_object('event_type', 'question_asked', 'thresholds', thresholds), 'today', null,
        'org', '00000000-0000-0000-0000-0000000000' || org, 'people', null)) as r
    order by r.cohort;
$$;
select results_eq(
    $$ select * from pg_temp.read('[3, 7]', 'a1') $$,
    $$ values ('below 3'::text, 2::bigint, 4::bigint, 8::bigint, 1.000, 2::bigint), ('3 to 7', 6, 7, 29, 42.857, 6), ('above 7', 1, 3, 22, 1.000, 1) $$,
    'three cohorts as worked out above'
);
select results_eq(
    $$ select label, users from pg_temp.read('[3]', 'a1') $$,
    $$ values ('below 3'::text, 2::bigint), ('3 or above', 7) $$,
    'one threshold makes two'
);
select results_eq(
    $$ select label, users from pg_temp.read('[0.5, 2.67, 7, 8]', 'a1') $$,
    $$ values ('below 0.5'::text, 1::bigint), ('0.5 to 2.67', 1), ('above 2.67 to 7', 6), ('above 7 to 8', 1), ('above 8', 0) $$,
    'a cohort of nobody is shown'
);
select results_eq(
    $$ select label, users, average, scored from pg_temp.read('[3, 7]', 'b1') $$,
    $$ values ('below 3'::text, 5::bigint, 70.000, 4::bigint), ('3 to 7', 0, null, 0), ('above 7', 0, null, 0) $$,
    'the other organisation has its own users, and an average comes with how many it is of'
);

select * from finish();
rollback;
