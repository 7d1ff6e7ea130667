-- Changes in the order of their ids: b, a, b, c, a, d. A step takes all changes of a user or none.
begin;
select plan(6);

insert into freshet.study_changes (user_id, topic_id)
select u, md5('A')::uuid from unnest(array['b', 'a', 'b', 'c', 'a', 'd']) with ordinality as c (u, n) order by c.n;
create temporary table places as
select c.user_id, min(c.change_id) as first_change from freshet.study_changes as c group by c.user_id;

select results_eq(
    $$ select users_count, changes_count from freshet.fold_study_changes(change_limit => 2) $$, $$ values (1, 2) $$,
    'the two oldest changes are of b and a, but b alone has two'
);
select results_eq(
    $$ select users_count, changes_count
       from freshet.fold_study_changes(up_to_change => (select p.first_change from places as p where p.user_id = 'a')) $$,
    $$ values (1, 2) $$,
    'up to the first of a: the second one comes with it'
);
select set_eq($$ select c.user_id from freshet.study_changes as c $$, array['c', 'd'], 'c and d are left');
select results_eq(
    $$ select users_count, changes_count from freshet.fold_study_changes(user_limit => 1) $$, $$ values (1, 1) $$, 'one user'
);
select set_eq($$ select c.user_id from freshet.study_changes as c $$, array['d'], 'd is left');
select results_eq(
    $$ select users_count, changes_count, failed_count from freshet.fold_study_changes(up_to_change => 0) $$, $$ values (0, 0, 0) $$,
    'nothing is as old as that'
);

select * from finish();
rollback;
