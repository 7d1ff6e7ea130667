-- Looks for the user's id in every table there is, and not only in those that the function names.
begin;
select plan(16);

-- Where the erased user's id stands, in rows as text.
create function pg_temp.places(wanted text) returns table (place text, rows_count bigint) language plpgsql as $$
declare
    relation regclass;
begin
    for relation in
        select c.oid::regclass from pg_class as c
        where c.relkind in ('r', 'p', 'm') and not c.relispartition and c.relispopulated
            and c.relnamespace in ('public'::regnamespace, 'analytics'::regnamespace, 'freshet'::regnamespace)
    loop
        execute format('select count(*) from %s as t where t::text like %L', relation, '%' || wanted || '%') into rows_count;
        place := relation::text;
        if rows_count > 0 then
            return next;
        end if;
    end loop;
end
$$;

insert into public.topics (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.study_materials (id, topic_id, title)
values ('00000000-0000-0000-0000-0000000000b1', '00000000-0000-0000-0000-0000000000a1', 'B');
create function pg_temp.plant(who text) returns void language sql as $$
    insert into public.study_events (event_id, user_id, event_type, created_at)
    select md5(who || t.at)::uuid, who, 'topic_view', t.at from unnest(array[now(), '2011-05-06 12:00+00']) as t (at);
    insert into freshet.study_event_keys (user_id, event_id, created_at)
    select e.user_id, e.event_id, e.created_at from public.study_events as e where e.user_id = who;
    insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, attempted_at)
    values (md5(who)::uuid, who, '00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0000-0000000000a1', true, now());
    insert into public.study_sessions (session_id, user_id, started_at, last_event_at)
    values (encode(sha256(convert_to(who, 'UTF8')), 'hex'), who, now(), now());
    insert into public.material_interactions (material_id, user_id, first_at, last_at)
    values ('00000000-0000-0000-0000-0000000000b1', who, now(), now());
    insert into analytics.question_reviews
        (user_id, question_id, topic_id, attempts_count, correct_count, is_first_correct, easiness_factor, repetition, interval_days, reviewed_at, last_answered_at, due_on, calculation_version)
    values (who, '00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0000-0000000000a1', 1, 1, true, 2.5, 1, 1, now(), now(), current_date, 'v');
    insert into analytics.topic_mastery
        (user_id, topic_id, mastery_score, first_attempt_accuracy, overall_accuracy, retrieval_strength, material_completion, questions_count, attempts_count, correct_count, calculated_at, calculation_version)
    values (who, '00000000-0000-0000-0000-0000000000a1', 0.8, 1, 1, 1, 0, 1, 1, 1, now(), 'v');
    insert into analytics.topic_daily_stats
        (user_id, topic_id, stat_date, questions_attempted, questions_correct, accuracy_rate, calculated_at, calculation_version)
    values (who, '00000000-0000-0000-0000-0000000000a1', current_date, 1, 1, 1, now(), 'v');
    insert into analytics.daily_user_stats
        (user_id, stat_date, events_count, sessions_count, study_seconds, questions_attempted, questions_correct, materials_viewed, topics_count, calculated_at, calculation_version)
    values (who, current_date, 1, 1, 1, 1, 1, 1, 1, now(), 'v');
    insert into analytics.user_learning_metrics
        (user_id, as_of_date, questions_attempted_7d, questions_attempted_30d, study_seconds_7d, study_seconds_30d, sessions_count_30d, active_days_30d, current_streak_days, topics_started_count, topics_mastered_count, calculated_at, calculation_version)
    values (who, current_date, 1, 1, 1, 1, 1, 1, 1, 1, 1, now(), 'v');
    insert into analytics.knowledge_gaps
        (user_id, topic_id, priority_score, gap_score, board_exam_weight, prerequisite_impact, recent_failure_rate, calculated_at, calculation_version)
    values (who, '00000000-0000-0000-0000-0000000000a1', 1, 1, 1, 1, 1, now(), 'v');
    insert into freshet.days_to_aggregate (user_id, stat_date) values (who, current_date);
$$;
select pg_temp.plant('forgotten-1'), pg_temp.plant('forgotten-0'), pg_temp.plant('kept');
delete from analytics.study_batches;
insert into analytics.study_batches (stat_date, finished_at, last_user_id)
values (current_date - 1, null, 'forgotten-1'), (current_date - 2, now(), 'forgotten-1');
insert into analytics.access_log (reader_kind, reader_id, person_id, resource, parameters)
values ('user', 'forgotten-1', 'kept', 'study/mastery', '{}'), ('user', 'kept', 'forgotten-1', 'study/gaps', '{}'), ('secret_key', null, 'forgotten-1', 'study/gaps', '{}');
create temporary table of_others as select * from pg_temp.places('kept') union all select * from pg_temp.places('forgotten-0');

select cmp_ok((select count(*) from pg_temp.places('forgotten-1')), '>=', 15::bigint, 'the user is planted in all tables of the pack');

set local role service_role;
select results_eq(
    $$ select c.key, c.value::integer from jsonb_each_text(public.forget_user('forgotten-1')) as c where c.key <> 'freshet.study_changes' order by c.key $$,
    $$ values
        ('analytics.access_log', 3), ('analytics.daily_user_stats', 1), ('analytics.export_jobs', 0), ('analytics.knowledge_gaps', 1), ('analytics.question_reviews', 1),
        ('analytics.topic_daily_stats', 1), ('analytics.topic_mastery', 1), ('analytics.user_learning_metrics', 1),
        ('freshet.days_to_aggregate', 1), ('freshet.study_event_keys', 2), ('public.material_interactions', 1),
        ('public.question_attempts', 1), ('public.study_events', 2), ('public.study_sessions', 1) $$,
    'the function answers with how many rows it deleted from each table'
);
reset role;
select is_empty($$ select * from pg_temp.places('forgotten-1') $$, 'then no table holds the user''s id');
select results_eq(
    $$ select o.place, o.rows_count from of_others as o order by 1, 2 $$,
    $$ select p.place, p.rows_count from (select * from pg_temp.places('kept') union all select * from pg_temp.places('forgotten-0')) as p
       where p.place <> 'analytics.study_batches' order by 1, 2 $$,
    'and each row of other users is where it was'
);
select results_eq(
    $$ select b.last_user_id from analytics.study_batches as b order by b.stat_date desc $$, $$ values ('forgotten-0'), (null) $$,
    'a batch that is not finished goes on after the user before the erased one'
);
select results_eq(
    $$ select a.reader_kind, a.reader_id, a.person_id from analytics.access_log as a order by a.access_id $$,
    $$ values ('user', freshet.user_hash('forgotten-1'), 'kept'), ('user', 'kept', freshet.user_hash('forgotten-1')), ('secret_key', null, freshet.user_hash('forgotten-1')) $$,
    'that rows were read stays on record, with a hash for the id'
);
select results_eq(
    $$ select e.user_hash, e.user_id is null, e.erased_at between now() and clock_timestamp(), e.rows_count >= 17 from freshet.erasures as e $$,
    $$ values (freshet.user_hash('forgotten-1'), true, true, true) $$,
    'the erasure is on record, as a hash, so that late events are recognised'
);
select throws_ok($$ delete from public.study_events $$, '42501', null, 'nothing else may be deleted in the same transaction');

select results_eq(
    $$ select sum(c.value::integer)::integer from jsonb_each_text(public.forget_user('forgotten-1')) as c $$, array[0],
    'a second call erases nothing'
);
select is((select count(*) from freshet.erasures), 2::bigint, 'and is on record too: events from between the two are refused');

select throws_ok(format('select public.forget_user(%L)', given), '22023', null, format('refused: %s', coalesce(quote_literal(given), 'null')))
from (values (null), ('')) as v (given);
select results_eq(
    $$ select r.role, has_function_privilege(r.role, 'public.forget_user(text)', 'execute'), has_function_privilege(r.role, 'freshet.forget_user(text)', 'execute')
       from (values ('anon'), ('authenticated'), ('service_role')) as r (role) $$,
    $$ values ('anon', false, false), ('authenticated', false, false), ('service_role', true, true) $$,
    'only the service role may call it'
);
set local role authenticated;
select throws_ok($$ select public.forget_user('kept') $$, '42501', null, 'a signed-in user is refused');
reset role;

select ok(
    (select p.proconfig @> array['statement_timeout=2min', 'lock_timeout=1min'] from pg_proc as p where p.oid = 'public.forget_user(text)'::regprocedure),
    'over the data API it has two minutes'
);
select ok(
    exists (select from pg_locks as l where l.locktype = 'advisory' and l.pid = pg_backend_pid()
        and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('freshet.study_jobs', 0)),
    'it holds the lock of the jobs'
);

select * from finish();
rollback;
