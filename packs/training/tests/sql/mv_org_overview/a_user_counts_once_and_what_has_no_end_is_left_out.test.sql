-- Organisation A: u1 scores 50 and 75, u2 is not scored, u3's attempt has no end: 2 users, 3 attempts, average 62.5 over 2.
-- Organisation B: u1 alone, not scored: no average. Organisation C: only an attempt without an end: no row.
begin;
select plan(1);

insert into public.orgs (id, name)
select ('00000000-0000-0000-0000-0000000000' || o)::uuid, o from unnest(array['a1', 'b1', 'c1']) as o;
insert into public.users (id) values ('u1'), ('u2'), ('u3');
insert into public.org_members (org_id, user_id) select o.id, u.id from public.orgs as o cross join public.users as u;
insert into public.scenario_attempts (org_id, user_id, status, score, started_at, ended_at)
select ('00000000-0000-0000-0000-0000000000' || a.org)::uuid, a.who, 'completed', a.score, '2026-03-01 09:00+00', a.ended
from (values
    ('a1', 'u1', 50, '2026-03-01 10:00+00'::timestamptz), ('a1', 'u1', 75, '2026-03-02 10:00+00'), ('a1', 'u2', null, '2026-03-01 11:00+00'),
    ('a1', 'u3', 1, null), ('b1', 'u1', null, '2026-03-05 10:00+00'), ('c1', 'u1', 1, null)
) as a (org, who, score, ended);
select analytics.refresh_view('mv_org_overview');

select results_eq(
    $$ select right(org_id::text, 2), active_users, total_attempts, scored_count, avg_score, last_activity
       from analytics.mv_org_overview order by org_id $$,
    $$ values ('a1', 2::bigint, 3::bigint, 2::bigint, 62.500, '2026-03-02 10:00+00'::timestamptz),
              ('b1', 1, 1, 0, null, '2026-03-05 10:00+00') $$,
    'every column as worked out above'
);

select * from finish();
rollback;
