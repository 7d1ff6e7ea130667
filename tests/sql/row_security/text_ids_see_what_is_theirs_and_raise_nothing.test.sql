-- Users and organisations are text: an identity provider may issue any. What cannot own a row sees none, without an error.
begin;
select plan(128);

insert into public.agents (name, owner_id) values ('theirs', '00000000-0000-4000-8000-0000000000e1');
insert into public.tracks (id, title) values ('00000000-0000-4000-8000-0000000000a2', 'A');
insert into public.learning_sessions (user_id, track_id) values ('00000000-0000-4000-8000-0000000000e1', '00000000-0000-4000-8000-0000000000a2');
insert into public.orgs (id, name) values ('00000000-0000-4000-8000-0000000000a1', 'A');
insert into public.users (id) values ('u'), ('00000000-0000-4000-8000-0000000000e1');
insert into public.org_members (org_id, user_id) select '00000000-0000-4000-8000-0000000000a1', u.id from public.users as u;
insert into public.scenario_attempts (org_id, user_id) select m.org_id, m.user_id from public.org_members as m;

create function pg_temp.come_as(subject text, org text, role text) returns void language sql as $$
    select set_config(
        'request.jwt.claims', jsonb_build_object('sub', subject, 'role', 'authenticated', 'org_id', org, 'org_role', role)::text, true
    );
$$;
create function pg_temp.count_of(relation text) returns bigint language plpgsql as $$
declare
    found_count bigint;
begin
    execute format('select count(*) from public.%I', relation) into found_count;
    return found_count;
end
$$;
create temporary table own_tables (name text);
insert into own_tables values
    ('agents'), ('submissions'), ('judge_outputs'), ('responses'),
    ('learning_sessions'), ('quiz_attempts'), ('review_sessions'), ('explanation_views');
create temporary table org_tables (name text);
insert into org_tables values
    ('orgs'), ('teams'), ('scenarios'), ('org_members'), ('dotted_lines'), ('scenario_attempts'), ('assignments');
create temporary table strange_ids (spelling text);
insert into strange_ids values
    ('oulad-287432'), ('00000000-0000-4000-8000-0000000000E1'), ('{00000000-0000-4000-8000-0000000000e1}'), (''), (null), (repeat('é', 250));
grant select on own_tables, org_tables, strange_ids to authenticated;

set local role authenticated;
select is(
    (select pg_temp.count_of(t.name) from pg_temp.come_as(s.spelling, null, null)), 0::bigint, format('%s: nothing is a user''s who is "%s"', t.name, left(s.spelling, 40))
)
from own_tables as t, strange_ids as s;
select is(
    (select pg_temp.count_of(t.name) from pg_temp.come_as('u', s.spelling, r)), 0::bigint, format('%s: nothing is of "%s" to its %s', t.name, left(s.spelling, 40), r)
)
from org_tables as t, (values ('org_abc123'), ('00000000-0000-4000-8000-0000000000A1'), ('["00000000-0000-4000-8000-0000000000a1"]')) as s (spelling),
    unnest(array['admin', 'manager', 'trainee']) as r;
select pg_temp.come_as('00000000-0000-4000-8000-0000000000e1', null, null);
select is((select array_agg(name) from public.agents), array['theirs'], 'an id still owns what it owns');
select is((select count(*) from public.learning_sessions), 1::bigint, 'and what it learnt');
select pg_temp.come_as('u', '00000000-0000-4000-8000-0000000000a1', 'trainee');
select is((select array_agg(user_id) from public.scenario_attempts), array['u'], 'a text id sees its own attempts');
select pg_temp.come_as('u', '00000000-0000-4000-8000-0000000000a1', 'admin');
select is((select count(*) from public.scenario_attempts), 2::bigint, 'and as an admin those of the organisation');

reset role;
select is_empty(format('select * from freshet.scope_agents_of_user(%L)', s.spelling), format('scope relation: "%s" owns no agent', left(s.spelling, 40)))
from strange_ids as s;
select is_empty(format('select * from freshet.scope_people_of_manager(%L, %L)', 'u', s.spelling), format('scope relation: nobody is "%s"''s', left(s.spelling, 40)))
from strange_ids as s;
select is_empty(
    $$ select p.polname from pg_catalog.pg_policy as p
       where concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) ~ '\muid\(\)|::uuid' $$,
    'no policy casts a claim, which raises for a text id'
);

select * from finish();
rollback;
