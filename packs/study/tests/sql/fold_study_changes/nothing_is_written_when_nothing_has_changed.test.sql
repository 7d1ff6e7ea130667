-- Each statement that writes to a live relation makes cached answers about it old, so an idle minute may not have one.
begin;
select plan(5);

delete from analytics.source_changes;
select results_eq(
    $$ select users_count, changes_count, failed_count from freshet.fold_study_changes() $$, $$ values (0, 0, 0) $$, 'an idle minute'
);
select is_empty($$ select c.source from analytics.source_changes as c $$, 'writes to no live relation');

insert into freshet.study_changes (user_id, changed_on) values ('u', '2026-03-01');
select is((freshet.fold_study_changes()).changes_count, 1, 'a change of a day alone');
select is_empty($$ select c.source from analytics.source_changes as c $$, 'writes to none either');

insert into freshet.study_changes (user_id, topic_id) values ('u', md5('A')::uuid);
select freshet.fold_study_changes();
select is_empty(
    $$ select c.source from analytics.source_changes as c where c.source = 'analytics.question_reviews'::regclass $$,
    'reading writes to no review'
);

select * from finish();
rollback;
