-- Each statement that writes to the facts appends to the change log, and so makes views and cached answers old.
begin;
select plan(9);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) values ('u');
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000a1', 'u');
insert into public.scenario_attempts (id, org_id, user_id, status, score) values
    ('00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0000-0000000000a1', 'u', 'completed', 1),
    ('00000000-0000-0000-0000-0000000000c2', '00000000-0000-0000-0000-0000000000a1', 'u', 'started', null);
create function pg_temp.writes(statement text) returns bigint language plpgsql as $$
declare
    before constant bigint := (select coalesce(sum(c.statement_count), 0) from analytics.source_changes as c where c.source = 'analytics.fact_scenario_attempts'::regclass);
begin
    execute statement;
    return (select coalesce(sum(c.statement_count), 0) from analytics.source_changes as c where c.source = 'analytics.fact_scenario_attempts'::regclass) - before;
end
$$;

select is(pg_temp.writes(statement), 0::bigint, statement)
from unnest(array[
    $$insert into public.scenario_attempts (org_id, user_id) values ('00000000-0000-0000-0000-0000000000a1', 'u')$$,
    $$update public.scenario_attempts set score = score$$,
    $$update public.scenario_attempts set created_at = now() - interval '1 day'$$,
    $$update public.scenario_attempts set talk_ms = 5, status = 'abandoned' where status = 'started'$$,
    $$update public.scenario_attempts set score = 4 where id = '00000000-0000-0000-0000-0000000000ff'$$,
    $$delete from public.scenario_attempts where status <> 'completed'$$,
    $$select analytics.backfill_scenario_attempts()$$
]) as statement;
select cmp_ok(pg_temp.writes($$update public.scenario_attempts set score = 2$$), '>', 0::bigint, 'a new score is told');
select cmp_ok(pg_temp.writes($$delete from public.scenario_attempts$$), '>', 0::bigint, 'and so is a deletion');

select * from finish();
rollback;
