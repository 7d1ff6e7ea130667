begin;
select plan(4);

select is(
    freshet.filter_condition('analytics.mv_agent_progress', '{"column": "week", "op": "in", "value": ["2026-01-05"]}'),
    'v.week = ''2026-01-05''::date',
    'so that an index can answer in order'
);
select is(
    freshet.filter_condition('analytics.mv_agent_progress', '{"column": "week", "op": "in", "value": ["it''s; drop"]}'),
    'false',
    'what no date is written as is the value of no row'
);
select is(
    freshet.filter_condition('analytics.mv_agent_progress', '{"column": "week", "op": "in", "value": ["2026-01-05", "2026-01-12"]}'),
    'v.week = any (array(select jsonb_array_elements_text(''["2026-01-05", "2026-01-12"]''::jsonb))::date[])',
    'a list of more stays a list'
);

select is(
    freshet.filter_condition('analytics.mv_weakness_patterns', '{"column": "lane_key", "op": "in", "value": ["it''s; drop"]}'),
    'v.lane_key = ''it''''s; drop''::text',
    'quoted as every value is'
);

select * from finish();
rollback;
