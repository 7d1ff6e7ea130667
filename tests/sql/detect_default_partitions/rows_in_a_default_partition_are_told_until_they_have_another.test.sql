begin;
select plan(9);

select analytics.audit_pass();
select is((select state from analytics.findings where kind = 'default_partition_used' and subject = 'fact_scenario_attempts_default'), 'ok', 'an empty one is well');

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) values ('u');
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000a1', 'u');
insert into public.scenario_attempts (org_id, user_id, status, started_at)
select '00000000-0000-0000-0000-0000000000a1', 'u', 'completed', timestamptz '2011-05-06 12:00+00' from generate_series(1, 3);
-- Any partitioned table of analytics is looked after.
create table analytics.probe_parted (n integer) partition by list (n);
create table analytics.probe_rest partition of analytics.probe_parted default;
insert into analytics.probe_parted select 1 from generate_series(1, 10001);
create table public.probe_elsewhere (n integer) partition by list (n);
create table public.probe_elsewhere_rest partition of public.probe_elsewhere default;
insert into public.probe_elsewhere values (1);
-- In schema public, those whose comment says how their partitions are made.
create table public.probe_ours (n integer) partition by list (n);
create table public.probe_ours_rest partition of public.probe_ours default;
comment on table public.probe_ours_rest is 'Rows without a partition. Repair: select 1;';
insert into public.probe_ours values (1);

select analytics.audit_pass();
select results_eq(
    $$ select subject, severity, evidence ->> 'message' from analytics.incidents where kind = 'default_partition_used' and closed_at is null order by subject $$,
    $$ values
        ('fact_scenario_attempts_default', 'warning', 'analytics.fact_scenario_attempts_default holds 3 rows that fit no other partition of analytics.fact_scenario_attempts'),
        ('probe_rest', 'warning', 'analytics.probe_rest holds 10000 or more rows that fit no other partition of analytics.probe_parted'),
        ('public.probe_ours_rest', 'warning', 'public.probe_ours_rest holds 1 rows that fit no other partition of public.probe_ours') $$,
    'one that is used is told, with how much is in it'
);
select is((select count(*) from analytics.outbox as o join analytics.incidents as i using (incident_id) where i.kind = 'default_partition_used'), 3::bigint, 'as an alert each');
select analytics.audit_pass();
select is((select count(*) from analytics.outbox as o join analytics.incidents as i using (incident_id) where i.kind = 'default_partition_used'), 3::bigint, 'once');
select is(analytics.audit_pass() ->> 'outcome', 'ok', 'a warning makes nobody unhealthy');

select is(
    (select analytics.make_fact_partitions(min(date_key), max(date_key)) from analytics.fact_scenario_attempts_default), 1,
    'the repair of the runbook makes the month'
);
drop table analytics.probe_parted;
delete from public.probe_ours;
select analytics.audit_pass();
select results_eq(
    $$ select subject, resolution from analytics.incidents where kind = 'default_partition_used' order by subject $$,
    $$ values ('fact_scenario_attempts_default', 'recovered'), ('probe_rest', 'withdrawn'), ('public.probe_ours_rest', 'recovered') $$,
    'then it is over; a table that is gone has nothing to recover'
);
select is((select count(*) from analytics.fact_scenario_attempts_default), 0::bigint, 'and it is empty again');
select is(
    array(select kind from analytics.alert_kinds where kind = 'default_partition_used' and severity = 'warning'), array['default_partition_used'], 'its kind is a warning'
);

select * from finish();
rollback;
