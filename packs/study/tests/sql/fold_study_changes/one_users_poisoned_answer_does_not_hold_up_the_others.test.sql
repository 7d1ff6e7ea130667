-- A project's own rule of quality that has no answer for 13 seconds: u and w can be computed, v cannot.
begin;
select plan(7);

create or replace function freshet.answer_quality(is_correct boolean, is_hint_used boolean, time_to_answer_seconds numeric)
returns integer language sql as $$ select case when time_to_answer_seconds = 13 then null else 4 end $$;
insert into public.topics (id, name) values (md5('A')::uuid, 'A');
insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, time_to_answer_seconds, attempted_at)
select md5(a.who)::uuid, a.who, md5('1')::uuid, md5('A')::uuid, true, a.seconds, '2026-03-01 12:00+00'
from (values ('u', 5), ('v', 13), ('w', 5)) as a (who, seconds);
insert into public.study_materials (id, topic_id, title) values (md5('a1')::uuid, md5('A')::uuid, 'a1');
insert into public.material_interactions (material_id, user_id, first_at, last_at) values (md5('a1')::uuid, 'v', now(), now());
-- The same change once more.
update public.question_attempts as a set is_hint_used = true where a.user_id = 'v';

select results_eq(
    $$ select users_count, changes_count, failed_count from freshet.fold_study_changes() $$, $$ values (3, 6, 1) $$,
    'three users with six changes, of whom one failed'
);
select set_eq($$ select m.user_id from analytics.topic_mastery as m $$, array['u', 'w'], 'the others have their mastery');
select results_eq(
    $$ select c.user_id, c.topic_id, c.question_id, c.changed_on, c.error from freshet.study_changes as c order by c.question_id $$,
    $$ values ('v'::text, md5('A')::uuid, md5('1')::uuid, null::date, 'SM-2 has no quality null (22003)'::text),
              ('v', md5('A')::uuid, null, null, 'SM-2 has no quality null (22003)') $$,
    'the changes that failed stay, each once, with the error'
);
select set_eq(
    $$ select d.user_id, d.stat_date from freshet.days_to_aggregate as d $$,
    $$ values ('u'::text, date '2026-03-01'), ('v', '2026-03-01'), ('w', '2026-03-01') $$,
    'the days of all of them will be aggregated'
);
select results_eq(
    $$ select users_count, changes_count, failed_count from freshet.fold_study_changes() $$, $$ values (1, 2, 1) $$,
    'and are tried again'
);

update public.question_attempts as a set time_to_answer_seconds = 14 where a.user_id = 'v';
select is((freshet.fold_study_changes()).failed_count, 0, 'once the answer is corrected');
select results_eq(
    $$ select (select count(*) from freshet.study_changes), (select count(*) from analytics.topic_mastery) $$,
    $$ values (0::bigint, 3::bigint) $$,
    'nothing is left to fold'
);

select * from finish();
rollback;
