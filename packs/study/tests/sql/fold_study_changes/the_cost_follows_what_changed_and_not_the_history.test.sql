-- 100 users with two answers each to 20 questions, first of all: 4,000 changes of 2,000 questions. The planner takes the
-- tables to be empty then, as it does of a queue that is emptied every minute and of tables that were just filled.
-- Then one user answers one question again: that question has 3 answers, and its topic 20 reviews.
-- Rows that are read are counted by the server, those of indexes beside those of tables.
begin;
select plan(7);

create function pg_temp.rows_read(relation regclass) returns bigint language sql as $$
    select pg_stat_get_xact_tuples_returned(relation)
        + (select coalesce(sum(pg_stat_get_xact_tuples_returned(i.indexrelid)), 0)::bigint from pg_index as i where i.indrelid = relation)
$$;
create temporary table before as
select r.relation, 0::bigint as rows_count
from unnest(array[
    'freshet.study_changes', 'public.question_attempts', 'analytics.question_reviews', 'analytics.topic_mastery'
]::regclass[]) as r (relation);
create function pg_temp.rows_read_since(relation regclass) returns bigint language sql as $$
    select pg_temp.rows_read(b.relation) - b.rows_count from before as b where b.relation = rows_read_since.relation
$$;

insert into public.topics (id, name) values (md5('A')::uuid, 'A');
create function pg_temp.fill(prefix text) returns void language sql as $$
    insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, attempted_at)
    select md5(format('%s %s %s', u, q, d))::uuid, prefix || '-' || u, md5(q::text)::uuid, md5('A')::uuid, true,
        timestamptz '2026-01-01 12:00+00' + d * interval '1 day'
    from generate_series(1, 100) as u cross join generate_series(1, 20) as q cross join generate_series(1, 2) as d
$$;
select pg_temp.fill('gone' || pg_current_xact_id()), freshet.fold_study_changes(change_limit => 1000000);
delete from public.question_attempts;
select freshet.fold_study_changes(change_limit => 1000000);
analyze freshet.study_changes, public.question_attempts, analytics.question_reviews, analytics.topic_mastery;
-- Users that no earlier run has had: an index keeps their entries for a while.
select pg_temp.fill('u' || pg_current_xact_id());
update before as b set rows_count = pg_temp.rows_read(b.relation);

select results_eq(
    $$ select users_count, changes_count from freshet.fold_study_changes(change_limit => 1000000) $$, $$ values (100, 4000) $$,
    'all changes'
);
select cmp_ok(pg_temp.rows_read_since('freshet.study_changes'), '<=', 24000::bigint, 'each change is read a few times');
select cmp_ok(pg_temp.rows_read_since('public.question_attempts'), '<=', 5000::bigint, 'each answer is read once');

analyze freshet.study_changes, public.question_attempts, analytics.question_reviews, analytics.topic_mastery;
update before as b set rows_count = pg_temp.rows_read(b.relation);
insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, attempted_at)
values (md5('more')::uuid, format('u%s-7', pg_current_xact_id()), md5('3')::uuid, md5('A')::uuid, true, '2026-02-01 12:00+00');
select results_eq($$ select users_count, changes_count from freshet.fold_study_changes() $$, $$ values (1, 1) $$, 'one change');
select cmp_ok(
    pg_temp.rows_read_since('public.question_attempts'), '<=', 3::bigint, 'answers to the question are read, of 4,001'
);
select cmp_ok(
    pg_temp.rows_read_since('analytics.question_reviews'), '<=', 25::bigint, 'reviews of the topic are read, of 2,000'
);
select cmp_ok(pg_temp.rows_read_since('analytics.topic_mastery'), '<=', 3::bigint, 'the row of the topic is read, of 100');

select * from finish();
rollback;
