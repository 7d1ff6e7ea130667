begin;
select plan(4);

insert into public.challenges (id, title) values ('00000000-0000-0000-0000-0000000000c1', 'A');
insert into public.agents (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'agent');
insert into public.submissions (id, agent_id, challenge_id, status, final_lane_scores) values
    ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored',
     '{"n": 12.5, "neg": -3, "s": "7", "padded": " 8.25 ", "exp": "1e1", "dot": ".5", "plus": "+4"}'),
    ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored',
     '{"word": "abc", "nan": "NaN", "inf": "Infinity", "bool": true, "null": null, "obj": {}, "arr": [1], "empty": "", "hex": "0x1F", "huge": 1e400, "hugestr": "1e99", "two": "1 2"}'),
    ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored', '[1, 2]'),
    ('00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored', 'null'),
    ('00000000-0000-0000-0000-000000000005', '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored', null),
    ('00000000-0000-0000-0000-000000000006', '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'submitted', '{"word": "abc"}');

select results_eq(
    $$ select lane_key, lane_score from analytics.lane_scores where lane_score is not null order by lane_key collate "C" $$,
    $$ values ('dot'::text, 0.5), ('exp', 10), ('n', 12.5), ('neg', -3), ('padded', 8.25), ('plus', 4), ('s', 7) $$,
    'numbers and numeric strings are read'
);
select is(
    (select count(*) from analytics.rejected_lane_scores), 14::bigint,
    'twelve unreadable values and two documents that are no object are rejected'
);
select is(
    (select (analytics.refresh_view('mv_lane_score_distribution')).rejected_count), 14::bigint,
    'a refresh counts what it leaves out, and does not fail'
);
select is(
    (select rejected_count from analytics.health_check() where view_name = 'mv_lane_score_distribution'), 14::bigint,
    'health_check() shows the count'
);

select * from finish();
rollback;
