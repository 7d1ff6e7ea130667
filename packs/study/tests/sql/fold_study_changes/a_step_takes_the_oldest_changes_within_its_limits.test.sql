-- Changes in the order of their ids: b, a, b, c, a, d. A step takes all changes of a user, or none, or as many as its limit.
begin;
select plan(8);

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

insert into freshet.study_changes (user_id, topic_id) select 'e', md5(n::text)::uuid from generate_series(1, 5) as n;
select results_eq(
    $$ select s.n, f.users_count, f.changes_count
       from generate_series(1, 4) as s (n)
       cross join lateral freshet.fold_study_changes(user_limit => 1 + 0 * s.n, change_limit => 2) as f $$,
    $$ values (1, 1, 1), (2, 1, 2), (3, 1, 2), (4, 1, 1) $$,
    'd, and then one user with more changes than the limit, in steps that are no longer for it'
);
select is_empty($$ select c.user_id from freshet.study_changes as c $$, 'nothing is left');

select * from finish();
rollback;
