-- Challenge A: five agents win 1, 2, 3, 4 and 6 days after their first submission: 3.2 days. Challenge B: four winners, 2.5 days.
begin;
select plan(3);

insert into public.challenges (id, title) values
    ('00000000-0000-0000-0000-0000000000c1', 'A'), ('00000000-0000-0000-0000-0000000000c2', 'B');
insert into public.agents (id, name)
select ('00000000-0000-0000-0000-0000000000a' || n)::uuid, 'agent ' || n from generate_series(1, 5) as n;
insert into public.bouts (id, challenge_id)
select ('00000000-0000-0000-0001-0000000000b' || n)::uuid, '00000000-0000-0000-0000-0000000000c1'::uuid from generate_series(1, 5) as n
union all
select ('00000000-0000-0000-0002-0000000000b' || n)::uuid, '00000000-0000-0000-0000-0000000000c2'::uuid from generate_series(1, 4) as n;
insert into public.bout_results (bout_id, winner_agent_id)
select b.id, ('00000000-0000-0000-0000-0000000000a' || right(b.id::text, 1))::uuid from public.bouts as b;

insert into public.submissions (agent_id, challenge_id, bout_id, status, created_at)
select ('00000000-0000-0000-0000-0000000000a' || right(b.id::text, 1))::uuid, b.challenge_id, null::uuid, 'scored', '2026-01-01 00:00+00'::timestamptz
from public.bouts as b
union all
select ('00000000-0000-0000-0000-0000000000a' || right(b.id::text, 1))::uuid, b.challenge_id, b.id, 'scored',
    '2026-01-01 00:00+00'::timestamptz + (array[1, 2, 3, 4, 6])[right(b.id::text, 1)::integer] * interval '1 day'
from public.bouts as b
union all
-- A second win later, and a bout that somebody else won, change nothing.
select '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0001-0000000000b1', 'scored', '2026-02-01'
union all
select '00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0001-0000000000b1', 'scored', '2026-01-01 12:00+00';
select analytics.refresh_view('mv_time_to_first_win');

select results_eq(
    $$ select challenge_title, agents_with_win, avg_days_to_first_win from analytics.mv_time_to_first_win order by challenge_title $$,
    $$ values ('A', 5::bigint, 3.2), ('B', 4, 2.5) $$,
    'each challenge that was won has the average of its winners, their number and its title'
);
create temporary view guarded as
    select analytics.read_view('mv_time_to_first_win', '{"columns": ["challenge_title"], "scope": null, "limit": 10,
        "order": [{"column": "challenge_id", "direction": "asc"}],
        "filters": [{"column": "agents_with_win", "op": "gte", "value": 5, "is_guard": true}]}') as answer;
select is((select answer -> 'rows' from guarded), '[{"challenge_title": "A"}]', 'four winners are too few to be shown');
select is((select answer -> 'withheld_count' from guarded), '1', 'and are counted');

select * from finish();
rollback;
