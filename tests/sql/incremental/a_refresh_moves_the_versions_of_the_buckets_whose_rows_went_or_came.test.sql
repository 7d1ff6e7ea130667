begin;
select plan(46);

create table public.visits (id integer primary key, org uuid, day integer not null, minutes integer not null, note text, at timestamptz not null);
create index on public.visits (at);
create table public.tasks (id integer primary key, org uuid not null, state text not null);
create function pg_temp.org(n integer) returns uuid language sql immutable as $$ select ('00000000-0000-4000-8000-0000000000' || lpad(to_hex(n), 2, 'a'))::uuid $$;
insert into public.visits
select g, pg_temp.org(g % 60), g % 5, g % 7, null, '2026-01-01 00:00+00'::timestamptz + g * interval '1 hour' from generate_series(1, 600) as g;
insert into public.tasks select g, pg_temp.org(g % 60), 'open' from generate_series(1, 120) as g;

create materialized view analytics.org_visits as
select v.day, v.org, count(*) as visit_count, sum(v.minutes)::numeric as minutes from public.visits as v where v.minutes >= 0 group by v.day, v.org with no data;
create unique index org_visits_key on analytics.org_visits (day, org);
create materialized view analytics.task_states as select t.id, t.org, t.state from public.tasks as t with no data;
create unique index task_states_key on analytics.task_states (id);
create view analytics.named_org_visits as select v.org, v.day, v.visit_count from analytics.org_visits as v;

create function pg_temp.register() returns void language sql as $$
    select analytics.register_view(
        view_name => 'org_visits', pack => 'core', schedule => '0 * * * *', stale_after => '2 hours',
        source_at => 'public.visits.at', incremental => true, incremental_by => '{org, day}'
    );
    select analytics.register_view(
        view_name => 'task_states', pack => 'core', schedule => '0 * * * *', stale_after => '2 hours',
        incremental => true, incremental_by => '{org, id}'
    ) $$;
create function pg_temp.refresh(name text) returns text language sql as $$ select (analytics.refresh_view(name, 'manual')).outcome $$;
-- The bucket as this file reckons it, from the hexadecimal text of the hash.
create function pg_temp.bucket(value text) returns integer language sql immutable as $$
    select ('x' || substr(encode(sha256(value::bytea), 'hex'), 1, 4))::bit(16)::integer & 255 $$;
-- Buckets that have the newest version of the view, and those of some organisations.
create function pg_temp.moved(name text) returns integer[] language sql as $$
    select array_agg(b.bucket order by b.bucket) from analytics.view_bucket_versions as b
    join analytics.views as v on v.view_name = b.view_name
    where b.view_name = name and b.version = v.version and b.refreshed_at = v.refreshed_at $$;
create function pg_temp.of(variadic orgs integer[]) returns integer[] language sql as $$
    select array_agg(distinct pg_temp.bucket(pg_temp.org(o)::text) order by pg_temp.bucket(pg_temp.org(o)::text)) from unnest(orgs) as o $$;
create function pg_temp.version(name text) returns bigint language sql as $$ select v.version from analytics.views as v where v.view_name = name $$;

select pg_temp.register();
select is((select array_agg(i.bucket_by order by i.view_name) from analytics.incremental_views as i where i.view_name in ('org_visits', 'task_states')),
    '{org,org}'::name[], 'a view has buckets by the first column of its group');
select is((analytics.view_states() -> 'org_visits') ? 'buckets', false, 'none before it is filled');
select pg_temp.refresh('org_visits');
select pg_temp.refresh('task_states');
select is(cardinality(pg_temp.moved('org_visits')), 256, 'the first fill moves all of 256, those without rows too');

update public.visits set minutes = minutes + 1 where id = 61;
select pg_temp.refresh('org_visits');
select is(pg_temp.moved('org_visits'), pg_temp.of(1), 'a changed row: the bucket of its organisation alone');
update public.visits set org = pg_temp.org(3) where id = 62;
select pg_temp.refresh('org_visits');
select is(pg_temp.moved('org_visits'), pg_temp.of(2, 3), 'a row that moves to another organisation: both');
delete from public.visits where org = pg_temp.org(4);
select pg_temp.refresh('org_visits');
select is(pg_temp.moved('org_visits'), pg_temp.of(4), 'an organisation of which every row is deleted');
insert into public.visits values (5000, pg_temp.org(200), 1, 1, null, '2026-06-01 00:00+00');
select pg_temp.refresh('org_visits');
select is(pg_temp.moved('org_visits'), pg_temp.of(200), 'an organisation that is new');

-- What an answer says of its source is part of its bytes, so it stays with the version.
create temporary table before as select pg_temp.version('org_visits') as version, freshet.state_of('org_visits') ->> 'source_as_of' as source_as_of;
update public.visits set note = 'unread' where org = pg_temp.org(5);
insert into public.visits values (5001, pg_temp.org(5), 1, -1, null, '2026-07-01 00:00+00');
select pg_temp.refresh('org_visits');
select is(pg_temp.version('org_visits'), (select version from before), 'what the query does not read moves nothing');
select is(freshet.state_of('org_visits') ->> 'source_as_of', (select source_as_of from before), 'nor what an answer says of its source');
select is(v.source_as_of, '2026-07-01 00:00+00'::timestamptz, 'of which the registry knows the newest') from analytics.views as v where v.view_name = 'org_visits';

update public.visits set minutes = minutes + 1 where id in (66, 67);
select freshet.trim_source_changes('public.visits'::regclass);
select pg_temp.refresh('org_visits');
select is(pg_temp.moved('org_visits'), pg_temp.of(6, 7), 'a change before a fold');

-- The key of a task does not hold its organisation.
update public.tasks set org = pg_temp.org(9) where id = 8;
select pg_temp.refresh('task_states');
select is(pg_temp.moved('task_states'), pg_temp.of(8, 9), 'a row whose key stays and whose organisation changes: both');
update public.tasks set state = 'done' where id = 9;
select pg_temp.refresh('task_states');
select is(pg_temp.moved('task_states'), pg_temp.of(9), 'and one whose organisation stays: one');

-- Each rebuild knows the rows that it wrote.
update analytics.incremental_views set rebuilt_at = '2000-01-01' where view_name in ('org_visits', 'task_states');
update public.visits set minutes = minutes + 1 where id = 70;
update public.tasks set org = pg_temp.org(11) where id = 12;
select pg_temp.refresh('org_visits');
select pg_temp.refresh('task_states');
select is(pg_temp.moved('org_visits'), pg_temp.of(10), 'the weekly rebuild moves the buckets of the rows that it wrote');
select is(pg_temp.moved('task_states'), pg_temp.of(11, 12), 'also of a row whose key stays');
select pg_temp.register();
select pg_temp.refresh('org_visits');
select is(pg_temp.moved('org_visits'), pg_temp.of(10), 'a registration that changes nothing moves nothing');
select pg_temp.register();
update public.visits set minutes = minutes + 1 where id = 71;
select pg_temp.refresh('org_visits');
select is(cardinality(pg_temp.moved('org_visits')), 256, 'a first refresh after a registration that finds other rows moves all');
update analytics.views set source_snapshot = '999999999:999999999:' where view_name = 'org_visits';
update public.visits set minutes = minutes + 1 where id = 72;
select pg_temp.refresh('org_visits');
select is(cardinality(pg_temp.moved('org_visits')), 256, 'so does one in another cluster');
truncate public.tasks;
insert into public.tasks select g, pg_temp.org(g), 'open' from generate_series(1, 3) as g;
select pg_temp.refresh('task_states');
select is(cardinality(pg_temp.moved('task_states')), 256, 'and one after a truncate');

-- The proof can fail: with the rows that came alone, the organisation that lost a row keeps its version.
update public.visits set minutes = minutes + 1 where id = 73;
select pg_temp.refresh('org_visits');
update analytics.incremental_views
set groups_statement = replace(groups_statement, 'select freshet_value from gone union all ', '') where view_name = 'org_visits';
update public.visits set day = 77 where id = 74;
delete from public.visits where org = pg_temp.org(15);
select pg_temp.refresh('org_visits');
select isnt(pg_temp.moved('org_visits'), pg_temp.of(14, 15), 'a statement that forgets the rows that went is caught by these tests');
select freshet.build_statements('org_visits');
select ok(i.groups_statement like '%select freshet_value from gone union all %', 'which it was not before')
from analytics.incremental_views as i where i.view_name = 'org_visits';

-- The list that the functions read.
create function pg_temp.unpack(list jsonb) returns table (bucket integer, version bigint, moved_ms bigint) language sql as $$
    with moves as (
        select m.place - 1 as place, sum(split_part(m.move, ' ', 1)::bigint) over w as version, sum(split_part(m.move, ' ', 2)::bigint) over w as moved_ms
        from string_to_table(list ->> 'moves', ',') with ordinality as m (move, place) window w as (order by m.place)
    ),
    width as (select length(list ->> 'of') / (list ->> 'count')::integer as width)
    select b.bucket, m.version::bigint, m.moved_ms::bigint
    from width as w
    cross join generate_series(0, (list ->> 'count')::integer - 1) as b (bucket)
    join moves as m on m.place = ('x' || lpad(substr(list ->> 'of', b.bucket * w.width + 1, w.width), 8, '0'))::bit(32)::integer $$;
select set_eq(
    $$ select * from pg_temp.unpack(analytics.view_states() #> '{org_visits,buckets}') $$,
    $$ select bucket, version, (extract(epoch from date_trunc('milliseconds', refreshed_at)) * 1000)::bigint
       from analytics.view_bucket_versions where view_name = 'org_visits' $$,
    'the list of the states holds version and moment of each bucket'
);
select is(analytics.view_states() #>> '{org_visits,buckets,by}', 'org', 'and the column');
update analytics.view_bucket_versions set version = bucket, refreshed_at = '2026-01-01 00:00+00'::timestamptz + bucket * interval '10 minutes' where view_name = 'org_visits';
select set_eq(
    $$ select bucket, version, moved_ms from pg_temp.unpack(freshet.bucket_list('org_visits')) $$,
    $$ select g as a, g::bigint as b, 1767225600000 + g * 600000::bigint as c from generate_series(0, 255) as g $$, 'as many refreshes as buckets'
);

-- Which answers rest on a bucket.
create function pg_temp.bucket_of_answer(request jsonb, view text default 'org_visits', is_view boolean default true) returns integer language sql as $$
    select (freshet.answer_state(view, '{"filters": []}' || request, is_view) #>> '{bucket,number}')::integer $$;
create temporary table asked as select pg_temp.org(20)::text as org, pg_temp.bucket(pg_temp.org(20)::text) as bucket;
select is(pg_temp.bucket_of_answer(jsonb_build_object('scope', jsonb_build_object('column', 'org', 'value', org))), bucket, 'one of a scope of one value') from asked;
select is(pg_temp.bucket_of_answer(jsonb_build_object('scope', jsonb_build_object('column', 'org', 'value', upper(org)))), bucket, 'however the value is spelt') from asked;
select is(pg_temp.bucket_of_answer(jsonb_build_object('scope', jsonb_build_object('column', 'day', 'value', '1', 'org', jsonb_build_object('column', 'org', 'value', org)))), bucket, 'of a scope inside one organisation') from asked;
select is(pg_temp.bucket_of_answer(jsonb_build_object('filters', jsonb_build_array(jsonb_build_object('column', 'org', 'op', 'eq', 'value', org)))), bucket, 'of a filter for one value') from asked;
select is(pg_temp.bucket_of_answer(jsonb_build_object('scope', jsonb_build_object('column', 'org', 'value', org, 'relation', 'orgs_of_user'))), null, 'not of a relation') from asked;
select is(pg_temp.bucket_of_answer(jsonb_build_object('filters', jsonb_build_array(jsonb_build_object('column', 'org', 'op', 'in', 'value', jsonb_build_array(org))))), null, 'nor of a list') from asked;
select is(pg_temp.bucket_of_answer(jsonb_build_object('filters', jsonb_build_array(jsonb_build_object('column', 'org', 'op', 'gte', 'value', org)))), null, 'nor of a bound') from asked;
select is(pg_temp.bucket_of_answer('{"scope": null}'), null, 'nor of all rows');
select is(pg_temp.bucket_of_answer(jsonb_build_object('scope', jsonb_build_object('column', 'org', 'value', org), 'reading', jsonb_build_object('name', 'x'))), null, 'nor of a reading, whose rows are not those of the view') from asked;
select is(pg_temp.bucket_of_answer(jsonb_build_object('confined_to', jsonb_build_object('column', 'org', 'value', org), 'reading', jsonb_build_object('name', 'x'))), bucket, 'unless it is confined to one value') from asked;
select is(pg_temp.bucket_of_answer(jsonb_build_object('confined_to', jsonb_build_object('column', 'day', 'value', '1'), 'reading', jsonb_build_object('name', 'x'))), null, 'of this column') from asked;
select is(pg_temp.bucket_of_answer(jsonb_build_object('scope', jsonb_build_object('column', 'org', 'value', org)), 'task_states', false), null, 'the scope says nothing about another view in reads') from asked;
select is(pg_temp.bucket_of_answer(jsonb_build_object('confined_to', jsonb_build_object('column', 'org', 'value', org)), 'task_states', false), bucket, 'what it is confined to does') from asked;
select ok(pg_temp.bucket_of_answer('{"scope": {"column": "org", "value": "no uuid"}}') is not null, 'a value that no row can have has a bucket');
select is(
    analytics.read_view('org_visits', jsonb_build_object(
        'columns', '["visit_count"]'::jsonb, 'filters', '[]'::jsonb, 'order', '[{"column": "day"}]'::jsonb, 'through', 'named_org_visits',
        'scope', jsonb_build_object('column', 'org', 'value', org)
    )) #>> '{state,bucket,version}',
    bucket::text, 'an answer comes with its bucket'
) from asked;

-- Changes of the buckets themselves, and of the form.
select analytics.use_buckets('org_visits', bucket_count => 1024);
select is((select count(*) from analytics.view_bucket_versions as b join analytics.views as v on v.view_name = b.view_name and v.version = b.version where b.view_name = 'org_visits'),
    1024::bigint, 'a new number of buckets: all begin with the version of the view');
select pg_temp.register();
select is((select count(*) from analytics.view_bucket_versions where view_name = 'org_visits'), 1024::bigint, 'a registration keeps it');
select throws_ok($$ select analytics.use_buckets('org_visits', bucket_count => 300) $$, '22023', 'cannot give "org_visits" 300 buckets', 'no power of two');
select throws_ok($$ select analytics.use_buckets('org_visits', bucket_by => 'minutes') $$, '22023', 'cannot give "org_visits" buckets by "minutes"', 'a type with several texts for one value');
select analytics.register_view(view_name => 'org_visits', pack => 'core', schedule => '0 * * * *', stale_after => '2 hours', incremental => false);
select is((select count(*) from analytics.view_bucket_versions where view_name = 'org_visits'), 0::bigint, 'a materialized view has none');
select is(pg_temp.bucket_of_answer(jsonb_build_object('scope', jsonb_build_object('column', 'org', 'value', org))), null, 'and its answers rest on its version') from asked;
select throws_ok($$ select analytics.use_buckets('org_visits') $$, '42P01', 'cannot give buckets to "org_visits": it is not registered as incremental', 'nor can it be given any');

select * from finish();
rollback;
