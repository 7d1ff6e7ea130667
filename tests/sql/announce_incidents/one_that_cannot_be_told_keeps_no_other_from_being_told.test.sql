begin;
select plan(12);

delete from analytics.outbox;
delete from analytics.incidents;
delete from analytics.findings;
-- What one incident's row makes its telling fail with.
create function pg_temp.refuse() returns trigger language plpgsql as $$
begin
    if new.payload ->> 'subject' = 'probe-odd' then
        raise exception 'no such alert' using errcode = '22P02';
    end if;
    return new;
end $$;
create trigger refuse before insert on analytics.outbox for each row execute function pg_temp.refuse();
create function pg_temp.told() returns setof text language sql as $$
    select o.transition || ' ' || (o.payload ->> 'fingerprint') from analytics.outbox as o
    where o.payload ->> 'subject' like 'probe-%' or o.payload ->> 'subject' = 'announcement' order by 1;
$$;

select freshet.observe('failed', 'probe-' || n, 'bad', clock_timestamp(), jsonb_build_object('job', 'probe-' || n, 'message', 'ERROR:  ' || n))
from unnest(array['before', 'odd', 'beside']) as n;
select lives_ok($$ select freshet.announce_incidents(clock_timestamp() - interval '1 minute') $$, 'an incident that cannot be told ends no pass');
select results_eq(
    'select * from pg_temp.told()', array['opened detector_failed:announcement', 'opened failed:probe-before', 'opened failed:probe-beside'],
    'it keeps no other one from being told, and its failure is told in the same pass'
);
select is((select announced_at from analytics.incidents where subject = 'probe-odd'), null, 'it is as untold as before');
select results_eq(
    $$ select evidence ->> 'sqlstate', evidence ->> 'message' from analytics.incidents where subject = 'announcement' $$,
    $$ values ('22P02', 'opened of failed:probe-odd could not be told: no such alert') $$, 'the incident names it, and says why'
);
select freshet.announce_incidents(clock_timestamp());
select is((select count(*) from pg_temp.told()), 3::bigint, 'the next pass tells nothing twice');

drop trigger refuse on analytics.outbox;
select freshet.announce_incidents(clock_timestamp());
select freshet.announce_incidents(clock_timestamp());
select set_has(
    'select * from pg_temp.told()', $$ values ('opened failed:probe-odd'), ('recovered detector_failed:announcement') $$,
    'once it can be, it is told, and the failure is over'
);

-- The end of one.
create trigger refuse before insert on analytics.outbox for each row execute function pg_temp.refuse();
update analytics.incidents set closed_at = clock_timestamp(), resolution = 'recovered' where kind = 'failed' and closed_at is null;
select freshet.announce_incidents(clock_timestamp() - interval '1 minute');
select results_eq(
    $$ select t from pg_temp.told() as t where t like 'recovered failed:%' $$, array['recovered failed:probe-before', 'recovered failed:probe-beside'],
    'nor does the end of one keep the others'' from being told'
);
select is((select recovery_announced_at from analytics.incidents where subject = 'probe-odd'), null, 'which is tried again');

-- What cannot be gathered.
create or replace function freshet.gather_groups(news bigint[], is_first boolean) returns void language plpgsql
set search_path = pg_catalog, pg_temp as 'begin raise division_by_zero; end';
select freshet.observe('failed', 'probe-later', 'bad', clock_timestamp(), '{"job": "probe-later", "message": "ERROR:  later"}');
select freshet.announce_incidents(clock_timestamp() - interval '1 minute');
select set_has('select * from pg_temp.told()', $$ values ('opened failed:probe-later') $$, 'groups that cannot be made cost the grouping alone');

-- All of it.
create or replace function freshet.note_detector(detector text, failure jsonb) returns void language plpgsql
set search_path = pg_catalog, pg_temp as 'begin if detector = ''announcement'' then raise division_by_zero; end if; end';
select analytics.register_job('probe-last', '0 0 1 1 *', 'select 1');
select freshet.observe('failed', 'probe-last', 'bad', clock_timestamp(), '{"job": "probe-last", "message": "ERROR:  last"}');
create temporary table summary as select analytics.audit_pass() as answer;
select is((select answer ->> 'outcome' from summary), 'bad', 'a pass that can tell nothing answers, and is not well');
select ok((select answer -> 'reasons' ? 'detector_failed:announcement [22012]' from summary), 'it says that it could not tell');
select is((select state from analytics.findings where subject = 'probe-last'), 'bad', 'and what it found is there for the next one');

select * from finish();
rollback;
