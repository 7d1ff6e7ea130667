begin;
select plan(12);

create table public.tap_facts (org text, person text, points integer);
insert into public.tap_facts values
    ('north', 'anna', 3), ('north', 'bela', 5), ('north', 'cara', 7),
    ('south', 'anna', 30), ('south', 'bela', 50);
create type freshet.tap_standing_row as (org text, person text, points integer, place bigint, asked_on date);
create function freshet.reading_tap_standing(asked jsonb) returns setof freshet.tap_standing_row language sql stable set search_path = '' as $$
    select f.org, f.person, f.points, rank() over (order by f.points desc), (asked ->> 'today')::date
    from public.tap_facts as f
    where (asked ->> 'org' is null or f.org = asked ->> 'org')
        and (asked -> 'people' = 'null' or asked -> 'people' ? f.person)
$$;
-- A manager of anna in the north and of bela in the south.
create function freshet.scope_tap_people(subject text, org_id text) returns setof text language sql stable set search_path = '' as $$
    select case org_id when 'north' then 'anna' when 'south' then 'bela' end where subject = 'mia';
$$;
select analytics.register_live('tap_facts', 'core', array['public.tap_facts']::regclass[]);

create function pg_temp.read(scope jsonb, extra jsonb default '{}') returns jsonb language sql as $$
    select analytics.read_view('tap_facts', jsonb_build_object(
        'columns', array['person', 'points', 'place'], 'filters', '[]'::jsonb, 'scope', scope,
        'order', '[{"column": "place", "direction": "asc"}]'::jsonb, 'limit', 10,
        'reads', array['tap_facts'],
        'reading', jsonb_build_object('name', 'tap_standing', 'asked',
            jsonb_build_object('params', '{}'::jsonb, 'today', '2026-11-21', 'org', scope #> '{org,value}'))
    ) || extra);
$$;
create function pg_temp.people(answer jsonb) returns text language sql as $$
    select coalesce(string_agg(r ->> 'person' || ' ' || (r ->> 'points'), ', '), '') from jsonb_array_elements(answer -> 'rows') as r;
$$;
create function pg_temp.manager(org text) returns jsonb language sql as $$
    select jsonb_build_object('column', 'person', 'value', 'mia', 'relation', 'tap_people', 'org', jsonb_build_object('column', 'org', 'value', org));
$$;

select is(pg_temp.people(pg_temp.read('null')), 'bela 50, anna 30, cara 7, bela 5, anna 3', 'without a scope every row is read');
select is(pg_temp.people(pg_temp.read(pg_temp.manager('north'))), 'anna 3', 'a relation inside an organisation is asked with both claims');
select is(pg_temp.people(pg_temp.read(pg_temp.manager('south'))), 'bela 50', 'the same people elsewhere are other people');
select is(
    pg_temp.read(pg_temp.manager('north')) -> 'rows' -> 0 ->> 'place', '1',
    'the reading is told whose rows it ranks, so the one person is first'
);
select is(
    pg_temp.people(pg_temp.read('{"column": "person", "value": "bela", "relation": null, "org": {"column": "org", "value": "north"}}')),
    'bela 5', 'own rows are those of this organisation'
);
select is(
    pg_temp.read(pg_temp.manager('north'), '{"filters": [{"column": "org", "op": "eq", "value": "south"}]}') -> 'denied', 'true'::jsonb,
    'another organisation is denied'
);
select is(
    pg_temp.read(pg_temp.manager('north'), '{"filters": [{"column": "person", "op": "eq", "value": "bela"}]}') -> 'denied', 'true'::jsonb,
    'another manager''s person is denied'
);
select is(
    pg_temp.read('null', '{"limit": 2, "counts": true, "filters": [{"op": "after", "columns": ["place"], "values": [1]}]}') ->> 'total_count', '5',
    'the count is of all pages'
);
select is(pg_temp.read('null') -> 'total_count', 'null'::jsonb, 'nobody counts unasked');
select is(
    pg_temp.read('null') #>> '{reads,tap_facts,version}', pg_temp.read('null') #>> '{state,version}',
    'the states of what was read come from the same snapshot'
);
select is(
    pg_temp.read('null', '{"reads": ["nowhere"]}') -> 'rows', '[]'::jsonb,
    'nothing is read while a source of the answer is not there'
);
select throws_ok(
    $$ select pg_temp.read('null', '{"reading": {"name": "nowhere", "asked": {}}}') $$, '42883', 'unknown reading "nowhere"', 'an unknown reading is refused'
);

select * from finish();
rollback;
