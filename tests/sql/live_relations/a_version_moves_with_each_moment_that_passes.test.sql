begin;
select plan(9);

create table public.tap_people (id integer primary key, left_at timestamptz, born_on date);
insert into public.tap_people (id) values (0);
select analytics.register_live('tap_people_of', 'core', array['public.tap_people']::regclass[], array['public.tap_people.left_at']);

-- now() stands still in a transaction, so the log is put back instead: the last write was an hour ago.
create function pg_temp.let_pass() returns void language sql as $$
    update analytics.source_changes set changed_at = now() - interval '1 hour' where source = 'public.tap_people'::regclass;
$$;
create function pg_temp.version() returns integer language sql as $$
    select (freshet.state_of('tap_people_of') ->> 'version')::integer;
$$;

select is(pg_temp.version(), 0, 'nothing was written yet');
insert into public.tap_people (id, left_at) values
    (1, now() - interval '2 hours'), (2, now() - interval '1 minute'), (3, now() - interval '2 minutes'), (4, now() + interval '1 minute'), (5, null);
select is(pg_temp.version(), 1000, 'what had passed when it was written is in the write');
select pg_temp.let_pass();
select is(pg_temp.version(), 1002, 'each moment that passes after it moves the version');
update public.tap_people set left_at = null where id in (2, 3);
select is(pg_temp.version(), 2000, 'a write that takes back two of them is another version');
select pg_temp.let_pass();
select is(pg_temp.version(), 2000, 'and nothing has passed since');
insert into public.tap_people (id, left_at) select n, now() - interval '1 minute' from generate_series(10, 2000) as n;
select pg_temp.let_pass();
select is(pg_temp.version(), 3999, 'never more than the next write');

select throws_ok(
    format($$ select analytics.register_live('tap_people_of', 'core', array['public.tap_people']::regclass[], array[%L]) $$, m),
    '42703', format('cannot register "tap_people_of" as live: "%s" is no timestamptz of its sources', m)
)
from unnest(array['public.tap_people.gone_at', 'public.tap_people.born_on', 'public.org_members.left_at']) as m;

select * from finish();
rollback;
