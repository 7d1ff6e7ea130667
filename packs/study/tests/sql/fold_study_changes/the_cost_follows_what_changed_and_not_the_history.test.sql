-- 400 users with 50 answers each to 25 questions. Then one of them answers once more: two of his answers to that question
-- are there already, so 3 answers are read, and 25 reviews of his topic. Counted by the server, since the analysis.
begin;
select plan(4);

insert into public.topics (id, name) values (md5('A')::uuid, 'A');
insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, attempted_at)
select md5(format('%s %s %s', u, q, d))::uuid, 'u' || u, md5(q::text)::uuid, md5('A')::uuid, true, timestamptz '2026-01-01 12:00+00' + d * interval '1 day'
from generate_series(1, 400) as u cross join generate_series(1, 25) as q cross join generate_series(1, 2) as d;
select freshet.fold_study_changes(change_limit => 1000000);
analyze public.question_attempts, analytics.question_reviews, analytics.topic_mastery, freshet.study_changes;

create function pg_temp.read(relation regclass) returns bigint language sql as $$
    select pg_stat_get_xact_tuples_returned(relation)
        + (select coalesce(sum(pg_stat_get_xact_tuples_returned(i.indexrelid)), 0)::bigint from pg_index as i where i.indrelid = relation)
$$;
create temporary table before as
select r.relation, pg_temp.read(r.relation) as rows_count
from unnest(array['public.question_attempts', 'analytics.question_reviews', 'analytics.topic_mastery']::regclass[]) as r (relation);

insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, attempted_at)
values (md5('more')::uuid, 'u7', md5('3')::uuid, md5('A')::uuid, true, '2026-02-01 12:00+00');
select results_eq($$ select users_count, changes_count from freshet.fold_study_changes() $$, $$ values (1, 1) $$, 'one change');

select cmp_ok(
    (select pg_temp.read(b.relation) - b.rows_count from before as b where b.relation = 'public.question_attempts'::regclass),
    '<=', 3::bigint, 'answers to the question are read, of 20,001'
);
select cmp_ok(
    (select pg_temp.read(b.relation) - b.rows_count from before as b where b.relation = 'analytics.question_reviews'::regclass),
    '<=', 30::bigint, 'reviews of the topic are read, of 10,000'
);
select cmp_ok(
    (select pg_temp.read(b.relation) - b.rows_count from before as b where b.relation = 'analytics.topic_mastery'::regclass),
    '<=', 3::bigint, 'the row of the topic is read, of 400'
);

select * from finish();
rollback;
