-- 2026-01-01 is a Thursday: its week starts on 2025-12-29 (ISO week 1 of 2026). Sunday 2026-01-04 23:59:59.999999 UTC is its last moment.
-- Week        reviews                                                      learners   cards           completed
-- 2025-12-22  Sunday 12-28 23:59                                           1          0               0/1
-- 2025-12-29  12-29 00:00 (1), 01-01 (2), 01-04 23:59:59.999999 (1)        2          5 + 7 + 0 = 12  2/3 = 0.6667
-- 2026-01-05  01-05 00:00, still Sunday in New York (1)                    1          9               1/1
-- 2026-03-23  Sunday 03-29 00:30 and 01:30, Berlin's clock change (2)      1          1 + 2 = 3       1/2
begin;
select plan(1);

set local timezone = 'America/New_York';
insert into public.review_sessions (user_id, started_at, completed_at, cards_reviewed_count)
select
    ('00000000-0000-0000-0000-00000000000' || r.learner)::uuid, r.at,
    case when r.done then r.at + interval '10 minutes' end, r.cards
from (values
    (1, '2025-12-28 23:59+00'::timestamptz, false, 0),
    (1, '2025-12-29 00:00+00', true, 5), (2, '2026-01-01 12:00+00', true, 7), (1, '2026-01-04 23:59:59.999999+00', false, 0),
    (1, '2026-01-05 00:00+00', true, 9),
    (2, '2026-03-29 00:30+00', true, 1), (2, '2026-03-29 01:30+00', false, 2)
) as r (learner, at, done, cards);
select analytics.refresh_view('review_session_usage');

select results_eq(
    $$ select week_start, sessions_count, learners_count, cards_reviewed_count, completion_rate
       from analytics.review_session_usage order by week_start $$,
    $$ values (date '2025-12-22', 1::bigint, 1::bigint, 0::bigint, 0.0000), ('2025-12-29', 3, 2, 12, 0.6667),
              ('2026-01-05', 1, 1, 9, 1.0000), ('2026-03-23', 2, 1, 3, 0.5000) $$,
    'every column as worked out above'
);

select * from finish();
rollback;
