-- March. ann: 80.0004. bob: 80.0001. Both are shown as 80.000, and ann is first. cid 10 points in three attempts: 10 + 0 + 0, average
-- 10/3; dan 20 in six, 20/6, which is the same: they share a rank. eve: 3.333, a little less than 10/3.
-- So: ann 1, bob 2, cid and dan 3, eve 5. In February ann had 79.9996: shown as 80.000, and she gained 0.0008, shown as 0.001.
-- Teams: mia leads ann (80.0004), max leads bob (80.0001), moe cid, mel dan: 1, 2, 3, 3.
begin;
select plan(5);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) select unnest(array['ann', 'bob', 'cid', 'dan', 'eve', 'mia', 'max', 'moe', 'mel']);
insert into public.org_members (org_id, user_id, role) select '00000000-0000-0000-0000-0000000000a1', m, 'manager' from unnest(array['mia', 'max', 'moe', 'mel']) as m;
insert into public.org_members (org_id, user_id, manager_id)
select '00000000-0000-0000-0000-0000000000a1', p.who, p.manager
from (values ('ann', 'mia'), ('bob', 'max'), ('cid', 'moe'), ('dan', 'mel'), ('eve', null)) as p (who, manager);
insert into public.scenario_attempts (org_id, user_id, status, score, started_at)
select '00000000-0000-0000-0000-0000000000a1', a.who, 'completed', a.score, a.at
from (
    values ('ann', 80.0004, '2026-03-10 10:00+00'::timestamptz), ('bob', 80.0001, '2026-03-10 10:00+00'), ('ann', 79.9996, '2026-02-10 10:00+00'),
        ('cid', 10, '2026-03-10 10:00+00'), ('cid', 0, '2026-03-10 10:00+00'), ('cid', 0, '2026-03-10 10:00+00'), ('eve', 3.333, '2026-03-10 10:00+00')
    union all select 'dan', case when n < 3 then 10 else 0 end, '2026-03-10 10:00+00' from generate_series(1, 6) as n
) as a (who, score, at);
select analytics.refresh_view(v) from unnest(array['mv_leaderboard_month', 'mv_user_activity_day', 'mv_assignment_status']) as v;

create function pg_temp.asked(params jsonb) returns jsonb language sql as $$
    select jsonb_build_object('params', params, 'today', '2026-03-31', 'org', '00000000-0000-0000-0000-0000000000a1', 'people', null);
$$;
select results_eq(
    $$ select user_id, rank, avg_score, avg_score_change from freshet.reading_training_leaderboard(pg_temp.asked('{}')) order by rank, user_id $$,
    $$ values ('ann'::text, 1::bigint, 80.000, 0.001), ('bob', 2, 80.000, null), ('cid', 3, 3.333, null), ('dan', 3, 3.333, null), ('eve', 5, 3.333, null) $$,
    'people of a month'
);
select results_eq(
    $$ select manager_id, team_rank, avg_score from freshet.reading_training_team_overview(pg_temp.asked('{"days": 30}')) order by team_rank, manager_id $$,
    $$ values ('mia'::text, 1::bigint, 80.000), ('max', 2, 80.000), ('mel', 3, 3.333), ('moe', 3, 3.333) $$,
    'teams'
);
select results_eq(
    $$ select user_id, avg_score from analytics.leaderboard_months where month = '2026-03-01' order by exact_avg_score desc, user_id $$,
    $$ values ('ann'::text, 80.000), ('bob', 80.000), ('cid', 3.333), ('dan', 3.333), ('eve', 3.333) $$,
    'what BI tools rank by is the same'
);

-- The kind: every rank there is. A new one is added here, with values that show that it goes by what is exact.
select set_eq(
    $$ select c.relname || '.' || a.attname from pg_attribute as a join pg_class as c on c.oid = a.attrelid
       where c.relnamespace in ('analytics'::regnamespace, 'freshet'::regnamespace) and c.relkind in ('m', 'v', 'c')
         and a.attname ~ '(^|_)(rank|place|position)$' $$,
    array['popular_tracks.popularity_rank', 'training_leaderboard_row.rank', 'training_leaderboard_row.previous_rank', 'training_team_overview_row.team_rank'],
    'there are no other ranks; that of tracks goes by counts, which are whole'
);
select is_empty(
    $$ select p.oid::regprocedure from pg_proc as p
       where p.pronamespace in ('analytics'::regnamespace, 'freshet'::regnamespace)
         and p.prosrc ~ 'rank\(\) over' and p.prosrc !~ 'rank\(\) over \(partition by [a-z_., ]+ order by [a-z]+\.exact_\w+ desc\)|rank\(\) over \(order by b\.version, b\.refreshed_at\)' $$,
    'every function that ranks does so by something exact'
);

select * from finish();
rollback;
