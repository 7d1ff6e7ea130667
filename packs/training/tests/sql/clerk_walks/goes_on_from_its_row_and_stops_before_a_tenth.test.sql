begin;
select plan(13);

create function pg_temp.person(number integer, name text default 'Una') returns jsonb language sql as $$
    select jsonb_build_object(
        'issuer', 'https://clerk.example.com', 'kind', 'user', 'clerk_id', 'user_' || number, 'external_user_id', 'user_' || number, 'subjects', 'as_they_are',
        'event_ms', 1000, 'is_deletion', false, 'name', name
    );
$$;
create function pg_temp.people(numbers integer[]) returns jsonb language sql as $$
    select jsonb_agg(pg_temp.person(n)) from unnest(numbers) as n;
$$;
-- Answers the step that is next with these rows.
create function pg_temp.take(rows_taken jsonb, next_position text default null) returns text language sql as $$
    select analytics.take_clerk_step(s || jsonb_build_object(
        'changes', rows_taken,
        'next_position', next_position,
        'seen', coalesce((select jsonb_agg(r -> 'clerk_id') from jsonb_array_elements(rows_taken) as r where r ->> 'is_deletion' = 'false'), '[]')
    ))
    from analytics.next_clerk_step() as s;
$$;

select is(freshet.drive_clerk_walk(), false, 'without a message of Clerk no walk begins');
select is(analytics.next_clerk_step(), null, 'and nothing is asked');

select analytics.take_clerk_event(pg_temp.person(n) || jsonb_build_object('message_id', 'msg_' || n, 'type', 'user.created'))
from generate_series(1, 10) as n;
insert into freshet.clerk_walks default values;
create temporary table first_step as select analytics.next_clerk_step() as step;
select is(pg_temp.take(pg_temp.people('{1,2,3,4,5}'), 'user_5'), 'taken', 'a page is taken');
select is(
    (select analytics.take_clerk_step(f.step || '{"changes":[],"seen":[],"next_position":null}') from first_step as f), 'moved',
    'the same page of a call that was made twice is not'
);
select is(analytics.next_clerk_step() ->> 'position', 'user_5', 'the next call goes on after the page');
select analytics.take_clerk_event(pg_temp.person(6, 'Newer') || '{"event_ms":2000,"message_id":"msg_newer","type":"user.updated"}');
select pg_temp.take(pg_temp.people('{6,7,8}'));
select is((select u.name from public.users as u where u.id = 'user_6'), 'Newer', 'a page does not undo a newer message');

select pg_temp.take('[]'), pg_temp.take('[]');
select is(analytics.next_clerk_step(), null, 'two of ten users absent are over a tenth: the walk stops');
select throws_like(
    'select freshet.drive_clerk_walk()', '%stopped before it removes what Clerk lacks: 2 of 10 users', 'and its job fails'
);
select is((select count(*) from freshet.clerk_objects as o where o.deleted_at is not null), 0::bigint, 'nothing was removed');

select is(freshet.accept_clerk_deletions(), '2 of 10 users', 'an operator accepts them');
select results_eq(
    $$ select a ->> 'clerk_id' from jsonb_array_elements(analytics.next_clerk_step() -> 'asked') as a $$,
    array['user_10', 'user_9'], 'then each is asked for by its id'
);
select pg_temp.take(jsonb_build_array(pg_temp.person(10), pg_temp.person(9) || '{"is_deletion":true}'), 'user_9');
select is(pg_temp.take('[]'), 'finished', 'after the last one the walk has ended');
select is(
    (select array_agg(o.clerk_id) from freshet.clerk_objects as o where o.deleted_at is not null), array['user_9'],
    'what Clerk still had is kept, the other is removed'
);

select * from finish();
rollback;
