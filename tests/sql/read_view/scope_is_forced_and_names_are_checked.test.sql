begin;
select plan(10);

insert into public.challenges (id, title) values ('00000000-0000-0000-0000-0000000000c1', 'A');
insert into public.agents (id, name, owner_id) values
    ('00000000-0000-0000-0000-0000000000a1', 'mine', '00000000-0000-0000-0000-0000000000e1'),
    ('00000000-0000-0000-0000-0000000000a2', 'theirs', '00000000-0000-0000-0000-0000000000e2');
insert into public.submissions (agent_id, challenge_id, status, composite_score, created_at) values
    ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored', 10, '2026-01-05 00:00+00'),
    ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored', 20, '2026-01-12 00:00+00'),
    ('00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-0000000000c1', 'scored', 30, '2026-01-05 00:00+00');

select is(
    analytics.read_view('mv_agent_progress', '{"columns": ["agent_id"], "filters": [], "order": []}') #>> '{state,populated}', 'false',
    'a view that was never refreshed says so and returns no rows'
);
select analytics.refresh_view('mv_agent_progress');

create function pg_temp.read(filters jsonb, scope jsonb, extra jsonb default '{}') returns jsonb language sql as $$
    select analytics.read_view('mv_agent_progress', jsonb_build_object(
        'columns', array['week', 'avg_composite_score'], 'filters', filters, 'scope', scope,
        'order', jsonb_build_array(jsonb_build_object('column', 'week', 'direction', 'desc')), 'limit', 1) || extra);
$$;
create temporary view mine as
    select '[{"column": "agent_id", "op": "eq", "value": "00000000-0000-0000-0000-0000000000a1"}]'::jsonb as filters,
           '{"column": "agent_id", "value": "00000000-0000-0000-0000-0000000000e1", "relation": "agents_of_user"}'::jsonb as scope;

select is((select pg_temp.read(filters, scope) -> 'rows' from mine), '[{"week": "2026-01-12", "avg_composite_score": 20.000}]'::jsonb, 'the owner reads the newest row');
select is((select pg_temp.read(filters, scope) -> 'denied' from mine), 'false'::jsonb, 'the owner is not denied');
select is(
    (select pg_temp.read(filters, jsonb_set(scope, '{value}', '"00000000-0000-0000-0000-0000000000e2"')) - 'state' - 'reads' - 'total_count' - 'withheld_count' from mine),
    '{"denied": true, "rows": [], "scope_values": ["00000000-0000-0000-0000-0000000000a2"]}'::jsonb,
    'another user is denied and gets no row'
);
select is(
    (select pg_temp.read(filters, jsonb_set(scope, '{value}', '"00000000-0000-0000-0000-0000000000e3"')) -> 'denied' from mine), 'true'::jsonb,
    'a user without agents is denied'
);
select is(
    (select pg_temp.read('[]', scope, '{"limit": 10}') -> 'rows' from mine),
    '[{"week": "2026-01-12", "avg_composite_score": 20.000}, {"week": "2026-01-05", "avg_composite_score": 10.000}]'::jsonb,
    'without a filter the scope alone limits the rows'
);
select is(
    (select jsonb_array_length(pg_temp.read('[]', 'null', '{"limit": 10}') -> 'rows')), 3,
    'no scope reads all rows'
);
select throws_ok($$ select analytics.read_view('mv_nowhere', '{}') $$, '42P01', 'unknown view "mv_nowhere"', 'an unknown view is refused');
select throws_ok($$ select pg_temp.read('[{"column": "week; drop", "op": "eq", "value": "x"}]', null) $$, '42703', null, 'an unknown column is refused');
select throws_ok($$ select pg_temp.read('[{"column": "week", "op": "or", "value": "x"}]', null) $$, '22023', null, 'an unknown operator is refused');

select * from finish();
rollback;
