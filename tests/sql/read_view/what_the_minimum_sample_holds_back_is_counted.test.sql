-- Four rows of north with samples 2, 5, 9 and none known; one of south with 3. A sample of five lets two of north leave, and holds two back.
begin;
select plan(8);

create table public.tap_samples (org text, name text, samples integer);
insert into public.tap_samples values ('north', 'a', 2), ('north', 'b', 5), ('north', 'c', 9), ('north', 'd', null), ('south', 'e', 3);
create view analytics.tap_samples as select * from public.tap_samples;
create table analytics.tap_orgs (org text primary key);
insert into analytics.tap_orgs values ('north'), ('south');
select analytics.register_live('tap_samples', 'core', array['public.tap_samples']::regclass[]);

create function pg_temp.read(extra jsonb) returns jsonb language sql as $$
    select analytics.read_view('tap_samples', jsonb_build_object(
        'columns', array['name'], 'filters', '[{"column": "org", "op": "eq", "value": "north"}]'::jsonb, 'scope', null,
        'order', '[{"column": "name", "direction": "asc"}]'::jsonb, 'limit', 10) || extra);
$$;
create function pg_temp.names(answer jsonb) returns text language sql as $$
    select string_agg(r ->> 'name', '' order by r ->> 'name') from jsonb_array_elements(answer -> 'rows') as r;
$$;
create temporary view guarded as
    select pg_temp.read('{"counts": true, "filters": [
        {"column": "org", "op": "eq", "value": "north"}, {"column": "samples", "op": "gte", "value": 5, "is_guard": true}]}') as answer;
select is((select pg_temp.names(answer) from guarded), 'bc', 'what rests on enough leaves');
select is((select answer ->> 'withheld_count' from guarded), '2', 'what does not is counted, among the rows that were asked for');
select is((select answer ->> 'total_count' from guarded), '2', 'and is no part of the total');
select is(
    pg_temp.read('{"filters": [{"column": "samples", "op": "gte", "value": 5, "is_guard": true}, {"op": "after", "columns": ["name"], "values": ["b"]}]}') ->> 'withheld_count', '3',
    'the count is of all pages'
);
select is(pg_temp.read('{}') -> 'withheld_count', 'null'::jsonb, 'without a guard nothing is held back, and nothing counted');
delete from analytics.tap_orgs where org = 'north';
select is(
    pg_temp.names(pg_temp.read('{"filters": [{"column": "org", "op": "listed", "value": "tap_orgs"}]}')), 'e',
    'rows of an organisation that is listed no more are gone at once'
);
select throws_ok($$ select pg_temp.read('{"columns": ["ctid"]}') $$, '42703', null, 'what is shown is a column of the relation');
select throws_ok($$ select pg_temp.read('{"order": [{"column": "xmin", "direction": "asc"}]}') $$, '42703', null, 'and so is what orders');

select * from finish();
rollback;
