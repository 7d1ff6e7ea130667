-- 03-29: five attempts by u1 and u2, scores 1, 2, 3, 4, 6: average 3.2. 03-30: none. 03-31: four, 9 each: average 9, of four.
-- 03-27 lies before the three days that end on 03-31, and 04-01 after them. The calendar of 2026 has all of them but the empty
-- one, and not 2025-12-31 nor 2027-01-01.
begin;
select plan(4);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id) values ('u1'), ('u2');
insert into public.org_members (org_id, user_id) select o.id, u.id from public.orgs as o cross join public.users as u;
insert into public.scenario_attempts (org_id, user_id, status, score, started_at, ended_at)
select '00000000-0000-0000-0000-0000000000a1', a.who, 'completed', a.score, a.day + time '23:00' at time zone 'UTC', (a.day + 1) + time '01:00' at time zone 'UTC'
from (values
    ('u1', 1, date '2026-03-29'), ('u1', 2, '2026-03-29'), ('u1', 3, '2026-03-29'), ('u2', 4, '2026-03-29'), ('u2', 6, '2026-03-29'),
    ('u1', 9, '2026-03-31'), ('u1', 9, '2026-03-31'), ('u1', 9, '2026-03-31'), ('u1', 9, '2026-03-31'), ('u1', 9, '2026-03-27'), ('u2', 9, '2026-04-01'),
    ('u1', 9, '2025-12-31'), ('u1', 9, '2027-01-01')
) as a (who, score, day);
select analytics.refresh_view('mv_org_activity_day');

create function pg_temp.asked(params jsonb) returns jsonb language sql as $$
    select jsonb_build_object('params', params, 'today', '2026-03-31', 'org', '00000000-0000-0000-0000-0000000000a1', 'people', null);
$$;
select results_eq(
    $$ select active_on, attempts_count, active_users_count, avg_score, scored_count
       from freshet.reading_training_attempt_trend(pg_temp.asked('{"days": 3}')) order by active_on $$,
    $$ values (date '2026-03-29', 5::bigint, 2::bigint, 3.200, 5::bigint), ('2026-03-30', 0, 0, null, 0), ('2026-03-31', 4, 1, 9.000, 4) $$,
    'three days, oldest first'
);
select is(
    (select count(*) from freshet.reading_training_attempt_trend(pg_temp.asked('{"days": 3}') || '{"org": null}') where org_id <> '00000000-0000-0000-0000-0000000000a1'), 3::bigint,
    'an organisation without an attempt has its days too'
);
select results_eq(
    $$ select active_on, attempts_count, active_users_count
       from freshet.reading_training_activity_calendar(pg_temp.asked('{}')) order by active_on $$,
    $$ values (date '2026-03-27', 1::bigint, 1::bigint), ('2026-03-29', 5, 2), ('2026-03-31', 4, 1), ('2026-04-01', 1, 1) $$,
    'the calendar is of this year, and has no day on which attempts only ended'
);
select results_eq(
    $$ select active_on from freshet.reading_training_activity_calendar(pg_temp.asked('{"year": 2025}')) $$,
    $$ values (date '2025-12-31') $$,
    'or of the one that is named'
);

select * from finish();
rollback;
