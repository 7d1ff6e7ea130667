begin;
select plan(12);

create temporary table history (n integer, event jsonb);
insert into history values
    (1, '{"type":"user.created","kind":"user","clerk_id":"user_u","external_user_id":"user_u","issuer":"https://clerk.example.com","event_ms":1000,"is_deletion":false,"name":"Una","email":"u@example.org"}'),
    (2, '{"type":"user.updated","kind":"user","clerk_id":"user_u","external_user_id":"user_u","issuer":"https://clerk.example.com","event_ms":2000,"is_deletion":false,"name":"Una B.","email":"b@example.org"}'),
    (3, '{"type":"organization.created","kind":"organization","clerk_id":"org_a","issuer":"https://clerk.example.com","external_org_id":"org_a","event_ms":1500,"is_deletion":false,"name":"Acme"}'),
    (4, '{"type":"organizationMembership.created","kind":"membership","clerk_id":"orgmem_1","issuer":"https://clerk.example.com","external_org_id":"org_a","external_user_id":"user_u","event_ms":2500,"joined_ms":2500,"is_deletion":false,"role":"trainee"}'),
    (5, '{"type":"organizationMembership.updated","kind":"membership","clerk_id":"orgmem_1","issuer":"https://clerk.example.com","external_org_id":"org_a","external_user_id":"user_u","event_ms":3000,"joined_ms":2500,"is_deletion":false,"role":"admin"}');
create function pg_temp.state() returns text language sql as $$
    select concat_ws(' ', o.id, o.name, o.external_id, u.name, u.email, m.role, extract(epoch from m.joined_at), extract(epoch from m.left_at), d.name, d.email, d.role)
    from public.orgs as o
    join public.org_members as m on m.org_id = o.id
    join public.users as u on u.id = m.user_id
    join analytics.dim_users as d on d.org_id = o.id and d.user_id = u.id;
$$;
-- The state after the history in one order, undone afterwards.
create function pg_temp.state_after(numbers integer[]) returns text language plpgsql as $$
declare
    result text;
    wanted integer;
begin
    begin
        foreach wanted in array numbers loop
            perform analytics.take_clerk_event(h.event || jsonb_build_object('message_id', 'msg_' || wanted)) from history as h where h.n = wanted;
        end loop;
        result := pg_temp.state();
        raise exception using errcode = 'P0001', message = 'undo';
    exception when sqlstate 'P0001' then null;
    end;
    return result;
end
$$;
create function pg_temp.orders(items integer[]) returns setof integer[] language sql as $$
    with recursive o as (
        select array[i] as done from unnest(items) as i
        union all
        select o.done || i from o cross join unnest(items) as i where i <> all (o.done)
    )
    select done from o where cardinality(done) = cardinality(items);
$$;
select is((select count(*) from pg_temp.orders('{1,2,3,4,5}')), 120::bigint, 'five events have 120 orders');
select results_eq(
    $$ select distinct pg_temp.state_after(o) from pg_temp.orders('{1,2,3,4,5}') as o $$,
    array['bafbe695-e2e9-5e7b-bbf0-f63131485106 Acme org_a Una B. b@example.org admin 2.500000 Una B. b@example.org admin'],
    'events in any order give one state, in the tables and in the dimension'
);
-- Clerk's time of a deletion may be in whole seconds, so the deletion of user_u seems older than its last update.
update history set event = '{"type":"user.deleted","kind":"user","clerk_id":"user_u","external_user_id":"user_u","issuer":"https://clerk.example.com","event_ms":2000,"is_deletion":true}' where n = 1;
update history set event = event || '{"event_ms":2999}' where n = 2;
select results_eq(
    $$ select distinct pg_temp.state_after(o) from pg_temp.orders('{1,2,3,4,5}') as o $$,
    array['bafbe695-e2e9-5e7b-bbf0-f63131485106 Acme org_a admin 2.500000 2.000000 admin'],
    'a deleted user stays deleted: name and e-mail go from table and dimension at once, the membership ends, the id stays'
);
update history set event = '{"type":"organizationMembership.deleted","kind":"membership","clerk_id":"orgmem_1","issuer":"https://clerk.example.com","external_org_id":"org_a","external_user_id":"user_u","event_ms":4000,"joined_ms":2500,"is_deletion":true,"role":"admin"}' where n = 1;
insert into history values (6, '{"type":"organizationMembership.created","kind":"membership","clerk_id":"orgmem_2","issuer":"https://clerk.example.com","external_org_id":"org_a","external_user_id":"user_u","event_ms":5000,"joined_ms":5000,"is_deletion":false,"role":"manager"}');
select results_eq(
    $$ select distinct pg_temp.state_after(o) from pg_temp.orders('{1,2,3,5}') as o $$,
    array['bafbe695-e2e9-5e7b-bbf0-f63131485106 Acme org_a Una B. b@example.org admin 2.500000 4.000000 Una B. b@example.org admin'],
    'a deleted membership has ended, in any order'
);
select results_eq(
    $$ select distinct pg_temp.state_after(o) from pg_temp.orders('{1,2,3,5,6}') as o $$,
    array['bafbe695-e2e9-5e7b-bbf0-f63131485106 Acme org_a Una B. b@example.org manager 2.500000 Una B. b@example.org manager'],
    'and a new one of the same user counts, in any order'
);

create function pg_temp.take(id text, number integer) returns text language sql as $$
    select analytics.take_clerk_event(h.event || jsonb_build_object('message_id', id)) from history as h where h.n = number;
$$;
select is(
    array[pg_temp.take('msg_a', 2), pg_temp.take('msg_a', 2), pg_temp.take('msg_a', 3)], array['taken', 'replayed', 'replayed'],
    'a message id is taken once, whatever it carries the second time'
);
select throws_ok(
    $$ select analytics.take_clerk_event(h.event - 'issuer' || '{"message_id":"msg_b"}') from history as h where h.n = 3 $$,
    '22023', 'organization "org_a" of issuer "" has no id', 'without an issuer no organisation is made'
);
select throws_ok(
    $$ select analytics.take_clerk_event(h.event - 'issuer' || '{"message_id":"msg_b"}') from history as h where h.n = 2 $$,
    '22023', 'user "user_u" of issuer "" has no id', 'nor a user'
);
-- By Python: uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_URL, "https://freshet.dev/subjects"), "https://clerk.example.com\nuser_u").
select throws_ok(
    $$ select analytics.take_clerk_event(h.event || '{"message_id":"msg_b","subjects":"as_they_are"}') from history as h where h.n = 2 $$,
    '22023', 'user "user_u" of Clerk is a5aacd55-8ff0-5e9a-b363-45f35605dc59 here and would be user_u from now on',
    'a setting that would make every user a second time is refused'
);
select results_eq(
    $$ select u.id from public.users as u $$, array['a5aacd55-8ff0-5e9a-b363-45f35605dc59'],
    'the id of a user is the one that Clerk''s token gives the caller'
);
update freshet.clerk_events set taken_at = now() - interval '8 days 1 second';
select results_eq('select freshet.purge_clerk_events()', array[1::bigint], 'an id is forgotten after 8 days');
select ok(
    has_function_privilege('service_role', 'analytics.take_clerk_event(jsonb)', 'execute')
        and not has_function_privilege('authenticated', 'analytics.take_clerk_event(jsonb)', 'execute')
        and not has_function_privilege('anon', 'analytics.take_clerk_event(jsonb)', 'execute'),
    'only the service role takes events'
);

select * from finish();
rollback;
