begin;
select plan(17);

create function pg_temp.condition(filter jsonb) returns text language sql as $$
    select freshet.filter_condition('analytics.mv_agent_progress', filter)
$$;
create function pg_temp.about(op text, held jsonb) returns text language sql as $$
    select pg_temp.condition(jsonb_build_object('column', 'agent_id', 'op', op, 'value', held))
$$;

select is(pg_temp.about('eq', to_jsonb(t)), 'false', format('"%s" is no uuid', left(t, 50)))
from unnest(array[
    'org_abc123', '', ' ', 'AAAAAAAA-0000-4000-8000-000000000001', '{aaaaaaaa-0000-4000-8000-000000000001}',
    'aaaaaaaa00004000800000000000000a', E'aaaaaaaa-0000-4000-8000-000000000001\n', repeat('a', 100000)
]) as t;
select is(
    pg_temp.about('eq', '"aaaaaaaa-0000-4000-8000-000000000001"'), 'v.agent_id = ''aaaaaaaa-0000-4000-8000-000000000001''::uuid', 'an id is'
);
select is(
    pg_temp.about('in', '["anna", "aaaaaaaa-0000-4000-8000-000000000001"]'),
    'v.agent_id = ''aaaaaaaa-0000-4000-8000-000000000001''::uuid', 'of a list, what can be held stays'
);
select is(pg_temp.about('in', '["anna", "bela"]'), 'false', 'and when nothing can, nothing is found');
select is(pg_temp.about('in', '[]'), 'false', 'as in an empty list');
select is(
    pg_temp.condition('{"column": "submission_count", "op": "eq", "value": "99999999999999999999"}'), 'false', 'a number beyond its type'
);
select is(pg_temp.condition('{"column": "week", "op": "eq", "value": "0000-01-01"}'), 'false', 'a day that is none');
select is(
    pg_temp.condition('{"op": "after", "columns": ["week", "agent_id"], "values": ["2026-01-05", "anna"]}'), 'false',
    'after a place that no row can have there is nothing'
);

-- The planner knows that false is false: the reading is not called, so what it casts cannot fail.
create function freshet.reading_tap_failing(asked jsonb) returns setof freshet.training_my_stats_row language plpgsql stable as $$
begin
    raise exception 'the reading was called';
end
$$;
create function pg_temp.read(scope jsonb) returns jsonb language sql as $$
    select analytics.read_view('fact_scenario_attempts', jsonb_build_object(
        'columns', array['user_id'], 'filters', '[]'::jsonb, 'scope', scope, 'limit', 2, 'counts', true,
        'order', '[{"column": "user_id", "direction": "asc"}]'::jsonb,
        'reading', '{"name": "tap_failing", "asked": {"org": "org_abc123"}}'::jsonb
    )) -> 'rows'
$$;
select is(
    pg_temp.read('{"column": "user_id", "value": "u", "relation": null, "org": {"column": "org_id", "value": "org_abc123"}}'), '[]',
    'an organisation that cannot be reads nothing'
);
select throws_ok($$ select pg_temp.read('null') $$, 'P0001', 'the reading was called', 'which this reading would not survive');

select * from finish();
rollback;
