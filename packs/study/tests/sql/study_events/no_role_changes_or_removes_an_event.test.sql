-- Tried as each role of the platform that a session can take, on the log, on a month and on the default partition.
begin;
select plan(10);

insert into public.study_events (event_id, user_id, event_type, created_at)
values
    ('00000000-0000-0000-0000-0000000000e1', 'u', 'topic_view', now()),
    ('00000000-0000-0000-0000-0000000000e2', 'u', 'topic_view', '2011-05-06 12:00+00');
create temporary table logs as
select c.oid::regclass as log, c.oid as id
from pg_class as c
where c.oid in ('public.study_events'::regclass, 'public.study_events_default'::regclass)
    or c.oid = (select e.tableoid from public.study_events as e where e.event_id = '00000000-0000-0000-0000-0000000000e1');
select is((select count(*) from logs), 3::bigint, 'one event lies in a month, one in the default partition');

create temporary table roles as
select r.rolname as role
from pg_roles as r
where pg_has_role(current_user, r.oid, 'member') and r.rolname !~ '^pg_';
select ok(
    (select array_agg(r.role::text) @> array['anon', 'authenticated', 'service_role', 'postgres'] from roles as r),
    'a session takes the roles of the API and of the owner'
);
create temporary table tried (role text, log regclass, what text, error text);
grant select, insert on tried to public;
grant select on logs, roles to public;
create function pg_temp.try(role text, log regclass, command text) returns text language plpgsql as $$
begin
    perform set_config('role', role, true);
    execute format(command, log);
    return 'it ran';
exception
    when others then
        return sqlstate;
end
$$;
do $$
declare
    attempt record;
    error text;
begin
    for attempt in
        select r.role, l.log, c.what, c.command
        from roles as r
        cross join logs as l
        cross join (values
            ('update', 'update %s set event_type = ''session_end'''),
            ('delete', 'delete from %s'),
            ('truncate', 'truncate %s'),
            ('upsert', 'insert into %s (event_id, user_id, event_type, created_at) select e.event_id, e.user_id, e.event_type, e.created_at from %1$s as e on conflict (user_id, event_id, created_at) do update set event_type = ''session_end''')
        ) as c (what, command)
    loop
        error := pg_temp.try(attempt.role, attempt.log, attempt.command);
        execute 'reset role';
        insert into tried values (attempt.role, attempt.log, attempt.what, error);
    end loop;
end
$$;
select is((select count(*) from tried), (select count(*) * 12 from roles), 'four statements are tried by each role, in three places');
select is_empty($$ select * from tried where error <> '42501' $$, 'each is refused, to the owner too, with insufficient_privilege');
select results_eq(
    $$ select e.event_type from public.study_events as e where e.user_id = 'u' order by e.created_at $$, array['topic_view', 'topic_view'],
    'and both events are as they were'
);
select throws_like(
    $$ delete from public.study_events $$, 'study events are immutable: DELETE is refused',
    'the owner, whom no privilege keeps from it, is told by the trigger'
);
set local session_replication_role = replica;
select throws_like(
    $$ delete from public.study_events $$, 'study events are immutable: DELETE is refused',
    'nor by leaving triggers out of the session, as the owner may on the platform'
);
select throws_like(
    $$ truncate public.study_events $$, 'study events are immutable: TRUNCATE is refused', 'and the log is not emptied so'
);
set local session_replication_role = origin;
select is_empty(
    $$ select l.log, r.role, p.privilege
       from pg_inherits as i
       cross join lateral (values (i.inhparent), (i.inhrelid)) as l (log)
       cross join (values ('anon'), ('authenticated'), ('service_role'), ('authenticator'), ('reporting_user')) as r (role)
       cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as p (privilege)
       where i.inhparent = 'public.study_events'::regclass
         and exists (select from pg_roles as k where k.rolname = r.role) and has_table_privilege(r.role, l.log, p.privilege) $$,
    'no role of the API or of BI tools holds any privilege on the log or on one of its partitions'
);
select is_empty(
    $$ select i.inhrelid::regclass
       from pg_inherits as i
       join pg_class as c on c.oid = i.inhrelid
       where i.inhparent = 'public.study_events'::regclass
         and (not c.relrowsecurity
              or (select count(*) from pg_trigger as t where t.tgrelid = c.oid and t.tgfoid = 'freshet.refuse_event_change()'::regprocedure and t.tgenabled = 'A') <> 2) $$,
    'each partition has row security, and both triggers, for sessions of every kind'
);

select * from finish();
rollback;
