begin;
select plan(20);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000a2', 'B');
insert into public.users (id) values ('u'), ('only-b');
insert into public.org_members (org_id, user_id) values
    ('00000000-0000-0000-0000-0000000000a1', 'u'), ('00000000-0000-0000-0000-0000000000a2', 'u'), ('00000000-0000-0000-0000-0000000000a2', 'only-b');
insert into public.scenarios (id, org_id, title) values ('00000000-0000-0000-0000-0000000000b2', '00000000-0000-0000-0000-0000000000a2', 'of B');
create function pg_temp.attempt(columns text, quoted text) returns text language sql as $$
    select format('insert into public.scenario_attempts (org_id, %s) values (%L, %s)', columns, '00000000-0000-0000-0000-0000000000a1', quoted);
$$;

select throws_ok(pg_temp.attempt('user_id, ' || c, '''u'', ' || v), '23514', null, format('%s: %s', c, v))
from (values
    ('started_at', '''infinity'''), ('started_at', '''1969-12-31 23:59:59+00'''), ('started_at', '''10000-01-01 00:00+00'''),
    ('ended_at', '''-infinity'''), ('score', '''NaN'''), ('score', '''Infinity'''), ('score', '1e15'),
    ('duration_seconds', '-1'), ('talk_ms', '-1'), ('listen_ms', '-1'), ('status', '''done''')
) as w (c, v);
select lives_ok(pg_temp.attempt('user_id, score', '''u'', -999999999999999.9'), 'a score may be anything that is a number of this world');

select throws_ok(pg_temp.attempt('user_id', '''only-b'''), '23503', null, 'an attempt by a member of another organisation');
select throws_ok(pg_temp.attempt('user_id, scenario_id', '''u'', ''00000000-0000-0000-0000-0000000000b2'''), '23503', null, 'or of its scenario');
select throws_ok($$ insert into public.assignments (org_id, scenario_id, assignee_id) values ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000b2', 'u') $$, '23503', null, 'an assignment of it');
select throws_ok($$ insert into public.assignments (org_id, scenario_id, assignee_id, due_on) values ('00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-0000000000b2', 'u', 'infinity') $$, '23514', null, 'or one that is never due');
select throws_ok($$ insert into public.teams (org_id, manager_id, name) values ('00000000-0000-0000-0000-0000000000a1', 'only-b', 'T') $$, '23503', null, 'a team of another organisation''s manager');
select throws_ok($$ insert into public.dotted_lines (org_id, user_id, manager_id) values ('00000000-0000-0000-0000-0000000000a1', 'u', 'only-b') $$, '23503', null, 'or a dotted line to one');
select throws_ok($$ update public.org_members set manager_id = user_id $$, '23514', null, 'nobody is their own manager');
select throws_ok($$ insert into public.dotted_lines (org_id, user_id, manager_id) values ('00000000-0000-0000-0000-0000000000a1', 'u', 'u') $$, '23514', null, 'by no line');

select * from finish();
rollback;
