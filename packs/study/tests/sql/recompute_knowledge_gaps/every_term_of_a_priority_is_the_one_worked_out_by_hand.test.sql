begin;
select plan(7);

create function pg_temp.topic(n integer) returns uuid language sql immutable as $$ select lpad(n::text, 32, '0')::uuid $$;
create function pg_temp.answers(user_id text, topic integer, days_ago integer, attempted integer, correct integer) returns void language sql
as $$
    insert into analytics.topic_daily_stats
    values (user_id, pg_temp.topic(topic), date '2026-03-31' - days_ago, attempted, correct, correct::numeric / attempted, null, now(), 'planted')
$$;

insert into public.topics (id, name, board_exam_weight)
values
    (pg_temp.topic(1), 'Met, failed lately, and two others rest on it', 4.5),
    (pg_temp.topic(2), 'Rests on 1', 10),
    (pg_temp.topic(3), 'Rests on 2', 0),
    (pg_temp.topic(4), 'Mastered', 0);
insert into public.topic_prerequisites (topic_id, prerequisite_topic_id)
values (pg_temp.topic(2), pg_temp.topic(1)), (pg_temp.topic(3), pg_temp.topic(2));
insert into freshet.prerequisite_impacts (topic_id, prerequisite_impact, cycle_id)
select topic_id, prerequisite_impact, cycle_id from freshet.prerequisite_closure();
insert into analytics.topic_mastery
values
    ('u', pg_temp.topic(1), 0.3456, 0, 0, 0, 0, 1, 1, 1, 1, now(), now(), 'planted'),
    ('u', pg_temp.topic(4), 1, 1, 1, 1, 1, 1, 1, 1, 1, now(), now(), 'planted');
insert into analytics.user_learning_metrics
select u, '2026-03-31', 0, 0, null, null, 0, 0, 0, 0, 0, null, 0, 0, null, now(), 'planted' from unnest(array['u', 'new']) as u;
-- Of topic 1: the last and the first day of the fortnight, and the days on either side of it.
select pg_temp.answers('u', 1, -1, 100, 0);
select pg_temp.answers('u', 1, 0, 1, 1);
select pg_temp.answers('u', 1, 13, 2, 0);
select pg_temp.answers('u', 1, 14, 100, 0);
select pg_temp.answers('another', 1, 0, 100, 0);
-- Left from an earlier night.
insert into analytics.knowledge_gaps values ('u', gen_random_uuid(), 99, 0, 0, 0, 0, now(), 'old'), ('forgotten', pg_temp.topic(1), 99, 0, 0, 0, 0, now(), 'old');

select freshet.recompute_knowledge_gaps(array['u', 'new', 'forgotten'], '2026-03-31');

prepare gaps (text) as
    select topic_id, priority_score, gap_score, board_exam_weight, prerequisite_impact, recent_failure_rate
    from analytics.knowledge_gaps where user_id = $1 order by priority_score desc;
select results_eq(
    $$ execute gaps ('u') $$,
    $$
    values
        -- 1 * 3 + 10 * 2 + 1 * 1 + 0 * 1.5
        (pg_temp.topic(2), 24.000000, 1.0, 10.0, 1, 0.0),
        -- 0.6544 * 3 + 4.5 * 2 + 2 * 1 + 2/3 * 1.5, with the failures of 3 answers in the fortnight
        (pg_temp.topic(1), 13.963200, 0.6544, 4.5, 2, 0.666667),
        -- 1 * 3
        (pg_temp.topic(3), 3.000000, 1.0, 0.0, 0, 0.0),
        (pg_temp.topic(4), 0.000000, 0.0, 0.0, 0, 0.0)
    $$,
    'gap * 3 + weight * 2 + impact + failures * 1.5, each term beside the sum'
);
select results_eq(
    $$ execute gaps ('new') $$,
    $$
    values
        (pg_temp.topic(2), 24.000000, 1.0, 10.0, 1, 0.0),
        (pg_temp.topic(1), 14.000000, 1.0, 4.5, 2, 0.0),
        (pg_temp.topic(3), 3.000000, 1.0, 0.0, 0, 0.0),
        (pg_temp.topic(4), 3.000000, 1.0, 0.0, 0, 0.0)
    $$,
    'a topic that was never met is a whole gap'
);
select is((select count(*) from analytics.knowledge_gaps where user_id = 'forgotten'), 0::bigint, 'a user of whom nothing remains has no gaps');
select is((select array_agg(distinct calculation_version) from analytics.knowledge_gaps), array[freshet.study_version()], 'the rules are named');

-- 60 more topics without weight: of equal ones those with the lesser id are kept.
insert into public.topics (id, name) select pg_temp.topic(n), 'Topic ' || n from generate_series(101, 160) as n;
select freshet.recompute_knowledge_gaps(array['u', 'new'], '2026-03-31');
select results_eq(
    $$ select user_id, count(*), max(topic_id::text) from analytics.knowledge_gaps group by user_id order by user_id $$,
    $$ values ('new', 50::bigint, pg_temp.topic(146)::text), ('u', 50, pg_temp.topic(147)::text) $$,
    'the 50 most urgent topics of each user are kept'
);
delete from public.topics where id = pg_temp.topic(2);
select freshet.recompute_knowledge_gaps(array['u'], '2026-03-31');
select is(
    (select count(*) from analytics.knowledge_gaps where user_id = 'u' and topic_id = pg_temp.topic(2)), 0::bigint,
    'a topic that left the curriculum is no gap'
);
select is((select count(*) from analytics.knowledge_gaps where user_id = 'new' and topic_id = pg_temp.topic(2)), 1::bigint, 'other users'' rows are untouched');

select * from finish();
rollback;
