-- mia has a row in public.teams and ann. max has none, and bob and cid. moe has none, and a dotted line to ann alone. eve leads nobody.
begin;
select plan(3);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id, name) select n, initcap(n) from unnest(array['mia', 'max', 'moe', 'ann', 'bob', 'cid', 'eve']) as n;
insert into public.org_members (org_id, user_id, role) select '00000000-0000-0000-0000-0000000000a1', m, 'manager' from unnest(array['mia', 'max', 'moe', 'eve']) as m;
insert into public.org_members (org_id, user_id, manager_id)
select '00000000-0000-0000-0000-0000000000a1', p.who, p.manager from (values ('ann', 'mia'), ('bob', 'max'), ('cid', 'max')) as p (who, manager);
insert into public.dotted_lines (org_id, user_id, manager_id) values ('00000000-0000-0000-0000-0000000000a1', 'ann', 'moe');
insert into public.teams (id, org_id, manager_id, name) values ('00000000-0000-0000-0000-00000000007e', '00000000-0000-0000-0000-0000000000a1', 'mia', 'East');
insert into public.scenario_attempts (org_id, user_id, status, score, started_at) values ('00000000-0000-0000-0000-0000000000a1', 'bob', 'completed', 70, '2026-03-10 10:00+00');
select analytics.refresh_view(v) from unnest(array['mv_user_activity_day', 'mv_assignment_status']) as v;

create function pg_temp.read(people jsonb) returns table (team uuid, manager text, name text, members bigint, average numeric, rank bigint) language sql as $$
    select r.team_id, r.manager_id, r.name, r.members_count, r.avg_score, r.team_rank
    from freshet.reading_training_team_overview(jsonb_build_object(
        'params', '{"days": 30}'::jsonb, 'today', '2026-03-31', 'org', '00000000-0000-0000-0000-0000000000a1', 'people', people)) as r
    order by r.manager_id;
$$;
select results_eq(
    $$ select * from pg_temp.read('["max"]') $$, $$ values (null::uuid, 'max'::text, 'Max'::text, 2::bigint, 70.000, 1::bigint) $$,
    'the manager without a row gets the card of their people, under their own name'
);
select results_eq(
    $$ select team, manager, name, members from pg_temp.read('null') $$,
    $$ values (null::uuid, 'max'::text, 'Max'::text, 2::bigint), ('00000000-0000-0000-0000-00000000007e', 'mia', 'East', 1), (null, 'moe', 'Moe', 0) $$,
    'an admin sees all; a dotted line makes a card that counts nobody'
);
update public.org_members set manager_id = null where manager_id = 'max';
select is_empty($$ select * from pg_temp.read('["max"]') $$, 'who leads nobody any more has no card');

select * from finish();
rollback;
