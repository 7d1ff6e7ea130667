begin;
select plan(6);

create table public.restless_source (id integer primary key);
insert into public.restless_source values (0);
create function pg_temp.register(name text, spacing interval) returns void language plpgsql as $$
begin
    execute format('create materialized view analytics.%I as select id from public.restless_source', name);
    execute format('create unique index on analytics.%I (id)', name);
    perform analytics.register_view(name, 'restless_probe', '0 0 1 1 *', '1 hour', refresh_on_change => spacing);
end
$$;
select pg_temp.register('mv_restless_3', '3 seconds');
select pg_temp.register('mv_restless_10', '10 seconds');
select pg_temp.register('mv_restless_30', '30 seconds');
-- Of the packs' views none.
update analytics.views set refresh_on_change = null where pack <> 'restless_probe';
delete from analytics.source_changes where source = 'public.restless_source'::regclass;
update analytics.views set refreshed_at = clock_timestamp(), source_snapshot = pg_current_snapshot() where pack = 'restless_probe';

-- Two minutes with a write and a look in each second: the clock goes on by making all that is stored a second older. What
-- the work itself takes is counted too.
create table pg_temp.refreshes (view_name text, moment numeric);
create table pg_temp.looks (moment numeric);
do $$
declare
    requested text;
    began constant timestamptz := clock_timestamp();
    look numeric;
begin
    for second in 1..120 loop
        update analytics.views set refreshed_at = refreshed_at - interval '1 second' where pack = 'restless_probe';
        update analytics.unsettled_changes set seen_at = seen_at - interval '1 second';
        update analytics.source_changes set changed_at = changed_at - interval '1 second' where source = 'public.restless_source'::regclass;
        insert into public.restless_source values (second);
        look := second + extract(epoch from clock_timestamp() - began);
        insert into pg_temp.looks values (look);
        perform freshet.request_changed_refreshes();
        for requested in select view_name from analytics.refresh_requests where finished_at is null loop
            insert into pg_temp.refreshes values (requested, look);
            update analytics.views
            set refreshed_at = clock_timestamp(), source_snapshot = pg_current_snapshot() where view_name = requested;
        end loop;
        delete from analytics.refresh_requests;
        -- What each view lacks is what was written after its refresh.
        delete from analytics.source_changes as c
        where c.source = 'public.restless_source'::regclass
            and c.changed_at < (select min(refreshed_at) from analytics.views where pack = 'restless_probe');
    end loop;
end
$$;
create function pg_temp.gaps(name text) returns table (shortest numeric, longest numeric) language sql as $$
    select min(g.gap), max(g.gap) - (
        -- The look itself, and the time to the next one.
        select 2 * max(l.gap) - 1 from (select l.moment - lag(l.moment) over (order by l.moment) as gap from pg_temp.looks as l) as l
    )
    from (
        select r.moment - lag(r.moment) over (order by r.moment) as gap from pg_temp.refreshes as r where r.view_name = name
    ) as g;
$$;
select cmp_ok((select longest from pg_temp.gaps('mv_restless_10')), '<=', 11.0, 'with 10 seconds it is never older than these and a second besides the time of the looks');
select cmp_ok((select shortest from pg_temp.gaps('mv_restless_10')), '>=', 9.9, 'nor refreshed more often');
select cmp_ok((select longest from pg_temp.gaps('mv_restless_30')), '<=', 31.0, 'the same with 30');
select cmp_ok((select shortest from pg_temp.gaps('mv_restless_30')), '>=', 29.9, 'each by its own interval');
select cmp_ok((select longest from pg_temp.gaps('mv_restless_3')), '<=', 6.0, 'an interval that is shorter than the time to come to rest is that time');
select is((select count(distinct view_name) from pg_temp.refreshes), 3::bigint, 'all three were refreshed');

select * from finish();
rollback;
