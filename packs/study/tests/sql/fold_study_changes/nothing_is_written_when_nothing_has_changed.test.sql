-- Each statement that writes to a live relation makes cached answers about it old, so an idle minute may not have one.
begin;
select plan(2);

delete from analytics.source_changes;
select results_eq(
    $$ select users_count, changes_count, failed_count from freshet.fold_study_changes() $$, $$ values (0, 0, 0) $$, 'an idle minute'
);
select is_empty($$ select c.source from analytics.source_changes as c $$, 'writes to no live relation');

select * from finish();
rollback;
