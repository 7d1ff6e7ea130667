-- Two organisations with the same people and attempts; one is deleted, and no view is refreshed. Every reading there is is asked about both.
begin;
select plan(5);

insert into public.orgs (id, name) select ('00000000-0000-0000-0000-0000000000' || o)::uuid, o from unnest(array['a1', 'b1']) as o;
insert into public.users (id) values ('boss'), ('u1');
insert into public.org_members (org_id, user_id, role) select o.id, 'boss', 'manager' from public.orgs as o;
insert into public.org_members (org_id, user_id, manager_id) select o.id, 'u1', 'boss' from public.orgs as o;
insert into public.scenarios (id, org_id, title) select md5(o.name)::uuid, o.id, o.name from public.orgs as o;
insert into public.assignments (org_id, scenario_id, assignee_id, assigned_at) select o.id, md5(o.name)::uuid, 'u1', '2026-01-01' from public.orgs as o;
insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, started_at, ended_at)
select o.id, 'u1', md5(o.name)::uuid, 'completed', 50, '2026-03-10 10:00+00', '2026-03-10 11:00+00' from public.orgs as o;
select analytics.refresh_view(v.view_name) from analytics.views as v where v.pack = 'training' order by v.view_name = 'mv_assignment_status';

create temporary table found (moment text, reading text, org uuid);
create function pg_temp.look(moment text) returns void language plpgsql as $$
declare
    reading record;
    org uuid;
begin
    for reading in
        select p.proname, p.proname ~ '_my_' as is_own from pg_proc as p
        where p.pronamespace = 'freshet'::regnamespace and p.proname like 'reading\_training\_%'
    loop
        -- About each of them; then about all, as an operator asks; a person asks about nobody else.
        for org in select o.id from (values ('00000000-0000-0000-0000-0000000000a1'::uuid), ('00000000-0000-0000-0000-0000000000b1'), (null)) as o (id) loop
            continue when reading.is_own and org is null;
            execute format('insert into found select $1, $2, r.org_id from freshet.%I($3) as r', reading.proname)
            using moment, reading.proname, jsonb_build_object(
                'params', '{"days": 30, "event_type": "question_asked", "thresholds": [3], "month": "2026-03-01", "year": "2026"}'::jsonb,
                'today', '2026-03-11', 'org', org, 'people', case when reading.is_own then '["u1"]'::jsonb end
            );
        end loop;
    end loop;
end
$$;
select pg_temp.look('before');
delete from public.orgs where name = 'a1';
select pg_temp.look('after');

select ok((select count(distinct f.reading) from found as f) >= 9, 'there are nine readings or more');
select set_eq($$ select distinct reading from found where moment = 'before' and org = '00000000-0000-0000-0000-0000000000a1' $$, $$ select distinct reading from found $$, 'before, each has rows of it');
-- A person's own page would still be asked for by the subject's own token: it has nothing of theirs in it.
select is_empty($$ select distinct reading from found where moment = 'after' and org = '00000000-0000-0000-0000-0000000000a1' and reading !~ '_my_(stats|score_trend)$' $$, 'afterwards none has');
select set_eq($$ select distinct reading from found where moment = 'after' and org = '00000000-0000-0000-0000-0000000000b1' $$, $$ select distinct reading from found $$, 'the other organisation stays');
select is(
    (select r.attempts_count from freshet.reading_training_my_stats('{"params": {}, "today": "2026-03-11", "org": "00000000-0000-0000-0000-0000000000a1", "people": ["u1"]}') as r), 0::bigint,
    'a person''s own row is one of zeros'
);

select * from finish();
rollback;
