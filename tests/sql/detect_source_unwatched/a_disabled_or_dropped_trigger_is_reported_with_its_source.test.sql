begin;
select plan(5);

create table public.probe_sales (id integer primary key, shop_id integer not null);
create materialized view analytics.probe_shops as select shop_id, count(*) as n from public.probe_sales group by 1 with no data;
create unique index on analytics.probe_shops (shop_id);
select analytics.register_view(
    view_name => 'probe_shops', pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => true
);
create function pg_temp.message() returns text language sql as $$
    select f.evidence ->> 'message' from freshet.find_source_unwatched() as f where f.subject = 'probe_shops' $$;

select is(pg_temp.message(), null, 'all triggers are enabled');
alter table public.probe_sales disable trigger freshet_log_update;
select is(
    pg_temp.message(), 'writes are not logged: public.probe_sales has no enabled trigger freshet_log_update', 'a disabled trigger'
);
alter table public.probe_sales enable trigger freshet_log_update;
drop trigger freshet_note_source_change on public.probe_sales;
select is(
    pg_temp.message(),
    'writes are not logged: public.probe_sales has no enabled trigger freshet_log_update; public.probe_sales has no enabled trigger freshet_note_source_change',
    'one that a replication role does not fire, and a dropped one'
);
select analytics.audit_pass();
select is(
    (select f.state from analytics.findings as f where f.kind = 'source_unwatched' and f.subject = 'probe_shops'), 'bad', 'a pass finds it'
);
select analytics.register_view(
    view_name => 'probe_shops', pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => true
);
select is(pg_temp.message(), null, 'registering again mends it');

select * from finish();
rollback;
