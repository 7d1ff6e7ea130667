begin;
select plan(4);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
update analytics.refresh_requests set finished_at = now() where finished_at is null;
delete from public.orgs where name = 'nowhere';
select is_empty($$ select id from analytics.refresh_requests where finished_at is null $$, 'a statement that deletes nothing asks for nothing');
set local role service_role;
delete from public.orgs where name = 'A';
reset role;
select results_eq(
    $$ select pack, requested_by from analytics.refresh_requests where finished_at is null $$, $$ values ('training'::text, 'database'::text) $$,
    'a deletion by an application asks for the pack'
);
delete from public.orgs;
select is((select count(*) from analytics.refresh_requests where finished_at is null), 1::bigint, 'what waits is one');
select ok(
    (select count(*) from analytics.refresh_request_views as v join analytics.refresh_requests as r on r.id = v.request_id where r.finished_at is null)
        = (select count(*) from analytics.views where pack = 'training'),
    'of all its views'
);

select * from finish();
rollback;
