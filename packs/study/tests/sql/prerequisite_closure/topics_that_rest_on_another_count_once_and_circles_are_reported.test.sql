begin;
select plan(11);

create function pg_temp.topic(n integer) returns uuid language sql immutable as $$ select lpad(n::text, 32, '0')::uuid $$;
-- Each pair: a topic, and the topic that has to be learnt before it.
create function pg_temp.plant(pairs integer[]) returns void language sql
as $$
    delete from public.topic_prerequisites;
    insert into public.topics (id, name) select pg_temp.topic(n), 'Topic ' || n from (select distinct unnest(pairs) as n) as t on conflict do nothing;
    insert into public.topic_prerequisites (topic_id, prerequisite_topic_id)
    select pg_temp.topic(pairs[n][1]), pg_temp.topic(pairs[n][2]) from generate_subscripts(pairs, 1) as n
$$;
prepare closure as
    select ltrim(replace(topic_id::text, '-', ''), '0')::integer, prerequisite_impact, ltrim(replace(cycle_id::text, '-', ''), '0')::integer
    from freshet.prerequisite_closure() order by 1;

select is_empty('closure', 'a curriculum without prerequisites has none');

select pg_temp.plant(array[[2, 1], [3, 1], [4, 2], [4, 3], [5, 4]]);
select results_eq(
    'closure',
    $$ values (1, 4, null::integer), (2, 2, null), (3, 2, null), (4, 1, null), (5, 0, null) $$,
    'a topic that is reached on two ways counts once'
);

-- 1 → 2 → 3 → 4 → 2, and 5 after 4: a circle between a topic before it and one after it.
select pg_temp.plant(array[[2, 1], [3, 2], [4, 3], [2, 4], [5, 4]]);
select results_eq(
    'closure',
    $$ values (1, 4, null::integer), (2, 3, 2), (3, 3, 2), (4, 3, 2), (5, 0, null) $$,
    'in a circle each topic counts once, and none counts itself'
);
select results_eq(
    $$ select name, cycle_id, topics_count from analytics.topic_prerequisite_cycles order by name $$,
    $$ values ('Topic 2', pg_temp.topic(2), 3), ('Topic 3', pg_temp.topic(2), 3), ('Topic 4', pg_temp.topic(2), 3) $$,
    'the view names the topics of the circle, not those before and after it'
);

-- Two circles apart, two that share topic 5, and a topic that is its own prerequisite.
select pg_temp.plant(array[[1, 2], [2, 1], [3, 4], [4, 3], [5, 6], [6, 5], [5, 7], [7, 5], [8, 8]]);
select results_eq(
    'closure',
    $$ values (1, 1, 1), (2, 1, 1), (3, 1, 3), (4, 1, 3), (5, 2, 5), (6, 2, 5), (7, 2, 5), (8, 0, 8) $$,
    'circles apart are two, circles that share a topic are one, and a topic on its own can be one'
);
delete from public.topic_prerequisites where topic_id in (pg_temp.topic(1), pg_temp.topic(3), pg_temp.topic(8));
select is(
    (select array_agg(distinct topics_count) from analytics.topic_prerequisite_cycles), array[3],
    'a correction of the curriculum shows at once'
);

-- 1,000 topics: a circle of all; a chain of all; and at random, compared with a recursive query.
delete from public.topics;
insert into public.topics (id, name) select pg_temp.topic(n), 'Topic ' || n from generate_series(1, 1000) as n;
insert into public.topic_prerequisites (topic_id, prerequisite_topic_id) select pg_temp.topic(n % 1000 + 1), pg_temp.topic(n) from generate_series(1, 1000) as n;
select results_eq(
    'select prerequisite_impact, cycle_id, count(*) from freshet.prerequisite_closure() group by 1, 2',
    $$ values (999, pg_temp.topic(1), 1000::bigint) $$,
    'a circle of 1,000 topics ends, and each blocks the 999 others'
);
select is((select count(*) from analytics.topic_prerequisite_cycles where topics_count = 1000), 1000::bigint, 'and is reported as one');
delete from public.topic_prerequisites where topic_id = pg_temp.topic(1);
select results_eq(
    'select topic_id, prerequisite_impact, cycle_id from freshet.prerequisite_closure() order by topic_id',
    'select pg_temp.topic(n), 1000 - n, null::uuid from generate_series(1, 1000) as n',
    'of a chain of 1,000 topics the n-th blocks those after it'
);
delete from public.topic_prerequisites;
select setseed(0.42);
insert into public.topic_prerequisites (topic_id, prerequisite_topic_id)
select distinct pg_temp.topic(1 + floor(random() * 1000)::integer), pg_temp.topic(1 + floor(random() * 1000)::integer) from generate_series(1, 1200);
create temporary table pairs as
with recursive reached as (
    select p.prerequisite_topic_id as before, p.topic_id as after from public.topic_prerequisites as p
    union
    select r.before, p.topic_id from reached as r join public.topic_prerequisites as p on p.prerequisite_topic_id = r.after
)
select * from reached;
select results_eq(
    'select topic_id, prerequisite_impact from freshet.prerequisite_closure() where prerequisite_impact > 0 order by 1',
    'select before, count(*)::integer from pairs where before <> after group by before order by 1',
    'at random, as many as a recursive query finds'
);
select results_eq(
    'select topic_id, cycle_id from freshet.prerequisite_closure() where cycle_id is not null order by 1',
    $$
    select o.before, (
        select p.after from pairs as p join pairs as q on q.before = p.after and q.after = p.before where p.before = o.before order by 1 limit 1
    )
    from pairs as o where o.before = o.after order by 1
    $$,
    'and the same circles'
);

select * from finish();
rollback;
