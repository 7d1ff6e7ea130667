-- ann, read on 2026-03-31: this week is 03-25 to 03-31, the week before 03-18 to 03-24.
--   this week: 03-25 00:00:00 UTC 70, 03-31 80, and one without a score   3 attempts, average 75 of 2
--   week before: 03-24 60, 03-18 50                                          average 55 of 2, so the change is 20
--   03-17: 10; 04-01 is not yet.                                             6 attempts, average (70 + 80 + 60 + 50 + 10) / 5 = 54, of 5
-- bob: one attempt this week, 40; none before, so no change. cid: nothing. ann in the other organisation: 100.
begin;
select plan(7);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id) values ('ann'), ('bob'), ('cid');
insert into public.org_members (org_id, user_id) select o.id, u.id from public.orgs as o cross join public.users as u;
insert into public.scenario_attempts (org_id, user_id, status, score, started_at)
select ('00000000-0000-0000-0000-0000000000' || a.org)::uuid, a.who, 'completed', a.score, a.at
from (values
    ('a1', 'ann', 70, '2026-03-25 00:00:00+00'::timestamptz), ('a1', 'ann', 80, '2026-03-31 09:00+00'), ('a1', 'ann', null, '2026-03-31 10:00+00'),
    ('a1', 'ann', 60, '2026-03-24 23:59:59+00'), ('a1', 'ann', 50, '2026-03-18 00:00+00'), ('a1', 'ann', 10, '2026-03-17 23:59:59+00'),
    ('a1', 'ann', 1, '2026-04-01 00:00+00'), ('a1', 'bob', 40, '2026-03-30 10:00+00'), ('b1', 'ann', 100, '2026-03-31 10:00+00')
) as a (org, who, score, at);

create function pg_temp.asked(who text) returns jsonb language sql as $$
    select jsonb_build_object('params', '{"days": 3}'::jsonb, 'today', '2026-03-31', 'org', '00000000-0000-0000-0000-0000000000a1', 'people', jsonb_build_array(who));
$$;
select results_eq(
    $$ select attempts_this_week, avg_score_this_week, avg_score_change, attempts_count, avg_score, last_attempt_at
       from freshet.reading_training_my_stats(pg_temp.asked('ann')) $$,
    $$ values (3::bigint, 75.000, 20.000, 6::bigint, 54.000, '2026-03-31 10:00+00'::timestamptz) $$,
    'ann as worked out above'
);
select results_eq(
    $$ select user_id, attempts_this_week, avg_score_this_week, avg_score_change from freshet.reading_training_my_stats(pg_temp.asked('bob')) $$,
    $$ values ('bob'::text, 1::bigint, 40.000, null::numeric) $$,
    'no change without a week before'
);
select results_eq(
    $$ select user_id, attempts_this_week, avg_score_this_week, attempts_count, avg_score from freshet.reading_training_my_stats(pg_temp.asked('cid')) $$,
    $$ values ('cid'::text, 0::bigint, null::numeric, 0::bigint, null::numeric) $$,
    'who never tried has a row of nothing'
);
select results_eq(
    $$ select user_id, attempts_this_week, scored_count_this_week, scored_count_week_before, attempts_count, scored_count
       from freshet.reading_training_my_stats('{"params": {}, "today": "2026-03-31", "org": "00000000-0000-0000-0000-0000000000a1", "people": ["ann", "bob", "cid"]}')
       order by user_id $$,
    $$ values ('ann'::text, 3::bigint, 2::bigint, 2::bigint, 6::bigint, 5::bigint), ('bob', 1, 1, 0, 1, 1), ('cid', 0, 0, 0, 0, 0) $$,
    'each average, and the change, comes with the scores that it rests on'
);
select results_eq(
    $$ select active_on, attempts_count, avg_score, scored_count
       from freshet.reading_training_my_score_trend(pg_temp.asked('ann')) order by active_on $$,
    $$ values (date '2026-03-29', 0::bigint, null::numeric, 0::bigint), ('2026-03-30', 0, null, 0), ('2026-03-31', 2, 80.000, 1) $$,
    'the trend has every day, and its average rests on the attempts with a score'
);
select results_eq(
    $$ select active_on, attempts_count, avg_score
       from freshet.reading_training_my_score_trend(jsonb_set(pg_temp.asked('ann'), '{params,to}', '"2026-03-25"')) order by active_on $$,
    $$ values (date '2026-03-23', 0::bigint, null::numeric), ('2026-03-24', 1, 60.000), ('2026-03-25', 1, 70.000) $$,
    'the trend may end with a day that is over'
);
select is(
    (select max(active_on) from freshet.reading_training_my_score_trend(jsonb_set(pg_temp.asked('ann'), '{params,to}', '"2026-04-01"'))),
    date '2026-03-31', 'and ends with today where it is asked for a day that has not come'
);

select * from finish();
rollback;
