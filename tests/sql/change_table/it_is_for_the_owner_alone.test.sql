begin;
select plan(4);

create table public.probe_orders (id integer primary key);
create view public.probe_ids as select id from public.probe_orders;
grant select (id) on public.probe_ids to authenticated;

select throws_ok(
    $$ select analytics.change_table('public.probe_orders', 'alter table public.probe_orders alter column id type bigint') $$,
    '0A000', 'cannot change public.probe_orders: public.probe_ids.id has privileges of its own, which would be lost',
    'what could not be restored is refused before anything is dropped'
);
select is(
    (
        select count(*)::integer
        from unnest(array['anon', 'authenticated', 'service_role']) as r (role)
        where has_function_privilege(r.role, 'analytics.change_table(regclass, text, jsonb, boolean)', 'execute')
    ), 0, 'no role of the data API may call it'
);
revoke all (id) on public.probe_ids from authenticated;
select results_eq(
    $$ select analytics.change_table('public.probe_orders', 'alter table public.probe_orders alter column id type bigint')::text $$,
    $$ values ('public.probe_ids') $$, 'views that are not registered are made again too'
);
select col_type_is('public', 'probe_ids', 'id', 'bigint', 'over the changed column');

select * from finish();
rollback;
