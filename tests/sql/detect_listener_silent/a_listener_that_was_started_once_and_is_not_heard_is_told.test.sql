begin;
select plan(13);

select analytics.audit_pass();
select is_empty($$ select from freshet.find_listener_silent() $$, 'where no listener was ever started, none is missed');

select is(freshet.hold_listener('00000000-0000-0000-0000-0000000000a1'), true, 'the first process listens');
select is(freshet.hold_listener('00000000-0000-0000-0000-0000000000a1'), true, 'and still does when it asks again');
select is((select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
    and (classid::bigint << 32) | objid::bigint = freshet.listener_lock_key()), 1::bigint, 'with one lock');
select is_empty($$ select from freshet.find_listener_silent() $$, 'a process that has just begun is not silent');

update analytics.listeners set last_heard_at = clock_timestamp() - interval '4 minutes', started_at = '2026-01-01';
select is(freshet.hold_listener('00000000-0000-0000-0000-0000000000a1'), true, 'asking again is no heartbeat');
select ok((select last_heard_at < clock_timestamp() - interval '3 minutes' from analytics.listeners), 'of its own');
select is_empty($$ select from freshet.find_listener_silent() $$, 'four minutes are a restart');
update analytics.listeners set last_heard_at = clock_timestamp() - interval '301 seconds';
select results_eq(
    $$ select (f).subject, (f).evidence ->> 'message' from freshet.find_listener_silent() as f $$,
    $$ values ('listener', 'the listener was last heard 00:05:01 ago; it is heard every 30 seconds') $$,
    'five are told'
);
select analytics.audit_pass();
select is((select state from analytics.findings where kind = 'listener_silent'), 'bad', 'by a pass');
select freshet.hear_listener('00000000-0000-0000-0000-0000000000b2');
select ok((select last_heard_at < clock_timestamp() - interval '5 minutes' from analytics.listeners), 'another process is not heard for it');
select freshet.hear_listener('00000000-0000-0000-0000-0000000000a1');
select is_empty($$ select from freshet.find_listener_silent() $$, 'one heartbeat and it is over');
update analytics.listeners set last_heard_at = '2026-01-01';
select analytics.retire_listener();
select is_empty($$ select from freshet.find_listener_silent() $$, 'one that is retired is not missed');

select * from finish();
rollback;
