begin;
select plan(3);

select is(
    private.filter_condition('analytics.mv_agent_progress', '{"column": "week", "op": "in", "value": ["2026-01-05"]}'),
    'v.week = ''2026-01-05''::date',
    'so that an index can answer in order'
);
select is(
    private.filter_condition('analytics.mv_agent_progress', '{"column": "week", "op": "in", "value": ["it''s; drop"]}'),
    'v.week = ''it''''s; drop''::date',
    'quoted as every value is'
);
select is(
    private.filter_condition('analytics.mv_agent_progress', '{"column": "week", "op": "in", "value": ["2026-01-05", "2026-01-12"]}'),
    'v.week = any (array(select jsonb_array_elements_text(''["2026-01-05", "2026-01-12"]''::jsonb))::date[])',
    'a list of more stays a list'
);

select * from finish();
rollback;
