begin;
select plan(4);

create table public.probe_posts (id integer primary key, tags text[] not null, days date[] not null default '{2026-11-30}');
create materialized view analytics.probe_tags as select tags, days, count(*) as n from public.probe_posts group by 1, 2 with no data;
create unique index on analytics.probe_tags (tags, days);
select analytics.register_view('probe_tags', 'probe', '0 0 1 1 *', '1 hour', incremental => true);
select analytics.refresh_view('probe_tags');
create function pg_temp.found_after_fold(post integer) returns boolean language plpgsql as $$
begin
    -- Keys of this transaction are not folded; those of a later one are, and no snapshot includes it yet.
    update freshet.keys_of_public_probe_posts set txid = (pg_current_xact_id()::text::bigint + 1000)::text::xid8;
    set local datestyle = 'German';
    perform freshet.fold_keys('public.probe_posts');
    set local datestyle = 'ISO, MDY';
    perform analytics.refresh_view('probe_tags');
    return exists (
        select from public.probe_posts as p join analytics.probe_tags as t on t.tags = p.tags and t.days = p.days where p.id = post
    );
end $$;

insert into public.probe_posts values (1, '{a,b}');
select ok(pg_temp.found_after_fold(1), 'a plain array');
insert into public.probe_posts values (2, array['a', null]);
select ok(pg_temp.found_after_fold(2), 'one with a null in it, which is no missing key');
insert into public.probe_posts values (3, '[0:1]={a,b}');
select ok(pg_temp.found_after_fold(3), 'one that begins at 0, which equals no array that begins at 1');
insert into public.probe_posts values (4, '{}', '{2026-01-02,infinity}');
select ok(pg_temp.found_after_fold(4), 'one of dates, under any date style');

select * from finish();
rollback;
