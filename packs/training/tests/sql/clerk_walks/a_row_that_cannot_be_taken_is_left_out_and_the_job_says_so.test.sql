begin;
select plan(15);

create function pg_temp.person(number integer, name text default 'Una') returns jsonb language sql as $$
    select jsonb_build_object(
        'issuer', 'https://clerk.example.com', 'subjects', 'derived', 'kind', 'user', 'clerk_id', 'user_' || number,
        'external_user_id', 'user_' || number, 'event_ms', 1000, 'is_deletion', false, 'name', name
    );
$$;
create function pg_temp.take(more jsonb) returns text language sql as $$
    select analytics.take_clerk_step(s || '{"changes":[],"seen":[],"next_position":null}' || more)
    from analytics.next_clerk_step() as s;
$$;
select analytics.take_clerk_event(pg_temp.person(1) || '{"message_id":"msg_1","type":"user.created"}');
insert into freshet.clerk_walks default values;

select is(
    pg_temp.take(jsonb_build_object(
        'changes', jsonb_build_array(pg_temp.person(2), pg_temp.person(3) - 'issuer', pg_temp.person(4)),
        'seen', '["user_2","user_3","user_4"]'::jsonb, 'next_position', 'user_4'
    )),
    'taken', 'a page with a row that cannot be taken is taken'
);
select is((select count(*) from public.users), 3::bigint, 'with its other rows');
select is(pg_temp.take('{"is_lost":true}'), 'taken', 'a position that Clerk does not know any more');
select is(
    analytics.next_clerk_step() - 'walk_id', '{"phase":"user","position":null,"asked":[]}', 'begins the list again'
);
select is(
    pg_temp.take('{"seen":["user_1","user_2","user_4"],"refused_count":1,"refused_because":"user_5: updated_at"}'), 'taken',
    'a row without a readable shape is counted'
);
select pg_temp.take('{}'), pg_temp.take('{}');
select is((select w.stopped_because from freshet.clerk_walks as w), null, 'what a page had is not absent');
select is(pg_temp.take('{}'), 'finished', 'the walk ends');
select throws_like(
    'select freshet.drive_clerk_walk()',
    '2 rows of Clerk were not taken, the first: user_3: user "user_3" of issuer "" has no id',
    'and its job fails, with the first reason'
);

-- A fault of the database is none of the row's: the page is asked for again.
update freshet.clerk_walks set finished_at = null, phase = 'user', refused_count = 0;
create function pg_temp.refuse() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'lock_not_available', message = 'busy';
end
$$;
create trigger refuse before insert on public.users for each row execute function pg_temp.refuse();
select throws_ok(
    $$ select pg_temp.take(jsonb_build_object('changes', jsonb_build_array(pg_temp.person(9)))) $$, '55P03', 'busy',
    'a page that the database had no time for is not counted as taken'
);

-- When walks begin and end.
create function pg_temp.walk_of(hours integer, is_finished boolean) returns void language sql as $$
    delete from freshet.clerk_walks where true;
    insert into freshet.clerk_walks (started_at, finished_at)
    values (now() - make_interval(hours => hours), case when is_finished then now() end);
$$;
select pg_temp.walk_of(20, false);
update freshet.clerk_walks set started_at = now() - interval '20 hours 1 minute';
select throws_like('select freshet.drive_clerk_walk()', '%has not ended: phase user', 'a walk that does not end makes the job fail');
select is((select count(*) from freshet.clerk_walks), 1::bigint, 'and no other begins');
select pg_temp.walk_of(25, false);
do $$ begin perform freshet.drive_clerk_walk(); exception when others then null; end $$;
select lives_ok('select analytics.defer_clerk_walk((select max(walk_id) from freshet.clerk_walks), 30)', 'a walk waits when Clerk asks');
select is(analytics.next_clerk_step(), null, 'and nothing is asked meanwhile');
select pg_temp.walk_of(30, true);
select vault.create_secret('http://127.0.0.1:9', 'project_url')
where not exists (select from vault.decrypted_secrets as d where d.name = 'project_url');
select is(freshet.drive_clerk_walk(), true, 'after a day the next walk begins and calls the function');
select is((select count(*) from freshet.clerk_walks), 2::bigint, 'with a row of its own');

select * from finish();
rollback;
