begin;
select plan(65);

create table public.tap_days (org uuid, person text, day integer, score numeric);
insert into public.tap_days
select ('00000000-0000-4000-8000-00000000000' || o)::uuid, 'p' || d, d, d / 8.0 from generate_series(1, 2) as o, generate_series(1, 6001) as d;
create view analytics.tap_days with (security_invoker = on) as select d.* from public.tap_days as d;
select analytics.register_live('tap_days', 'core', array['public.tap_days']::regclass[]);
create table public.tap_tutors (tutor text, person text);
insert into public.tap_tutors values ('tutor', 'p1');
create function freshet.scope_tap_people(subject text) returns setof text language sql stable set search_path = '' as $$
    select t.person from public.tap_tutors as t where t.tutor = subject;
$$;

create function pg_temp.org(place integer) returns text language sql immutable as $$ select '00000000-0000-4000-8000-00000000000' || place $$;
create function pg_temp.read(org text, filters jsonb default '[]') returns jsonb language sql as $$
    select jsonb_build_object(
        'columns', array['org', 'person', 'day', 'score'], 'filters', filters,
        'scope', jsonb_build_object('column', 'org', 'value', org, 'relation', null, 'org', null),
        'order', '[{"column": "day", "direction": "desc"}]'::jsonb, 'reads', '[]'::jsonb
    );
$$;
create function pg_temp.caller(subject text, place integer) returns jsonb language sql as $$
    select jsonb_build_object('kind', 'user', 'subject', subject, 'org_id', pg_temp.org(place));
$$;
create function pg_temp.start(subject text, place integer default 1, filters jsonb default '[]', more jsonb default '{}') returns jsonb language sql as $$
    select analytics.start_export(jsonb_build_object(
        'caller', pg_temp.caller(subject, place), 'resource', 'tap/days', 'filters', '{}'::jsonb, 'view', 'tap_days',
        'request', pg_temp.read(pg_temp.org(place), filters), 'reading', null, 'format', 'csv', 'is_gzip', false, 'has_bom', false,
        'link_seconds', 300
    ) || more);
$$;
create function pg_temp.where_day(op text, day integer) returns jsonb language sql as $$
    select jsonb_build_array(jsonb_build_object('column', 'day', 'op', op, 'value', day));
$$;
create table pg_temp.told (name text primary key, answer jsonb);
create function pg_temp.keep(name text, answer jsonb) returns jsonb language sql as $$
    insert into pg_temp.told values (name, answer) on conflict (name) do update set answer = excluded.answer returning answer;
$$;
create function pg_temp.id(name text) returns uuid language sql as $$
    select (answer #>> '{export,export_id}')::uuid from pg_temp.told as t where t.name = id.name;
$$;
create function pg_temp.token(name text) returns uuid language sql as $$ select (answer ->> 'lease_token')::uuid from pg_temp.told as t where t.name = token.name; $$;

-- The way of an export.
select is(pg_temp.keep('a', pg_temp.start('anna')) ->> 'is_new', 'true', 'a request starts an export');
select is(pg_temp.start('anna') #>> '{export,export_id}', pg_temp.id('a')::text, 'the same request is the same export while it runs');
select is(pg_temp.start('bela') ->> 'is_new', 'true', 'the same request of another caller is another one');
select is(pg_temp.start('anna', 1, '[]', jsonb_build_object('caller', pg_temp.caller('anna', 2))) ->> 'is_new', 'true', 'and so is that of the caller in another organisation');
select alike(answer #>> '{export,object_name}', pg_temp.org(1) || '/%', 'its object is in the folder of the organisation') from pg_temp.told where name = 'a';
select is_empty($$ select key from pg_temp.told, jsonb_object_keys(answer -> 'export') as key where key in ('lease_token', 'request', 'caller_id') $$, 'an answer holds neither lease nor request nor caller');
select isnt(pg_temp.keep('lease', analytics.claim_export(pg_temp.id('a'))), null, 'a call takes the lease');
select is(analytics.claim_export(pg_temp.id('a')), null, 'a second call gets none while it lasts');
select throws_ok(
    format('select analytics.freeze_export(%L, gen_random_uuid())', pg_temp.id('a')), 'PT409', null, 'a token that is not the lease''s freezes nothing'
);
select is(pg_temp.keep('frozen', analytics.freeze_export(pg_temp.id('a'), pg_temp.token('lease'))) #>> '{export,status}', 'frozen', 'the rows are frozen');
select is((select answer #>> '{export,row_count}' from pg_temp.told where name = 'frozen'), '6001', 'all that the caller may see');
select is((select answer -> 'scope_values' from pg_temp.told where name = 'frozen'), jsonb_build_array(pg_temp.org(1)), 'with the values that the caller''s scope has');
select is((select array_agg(p.row_count order by p.page) from analytics.export_pages as p where p.export_id = pg_temp.id('a')), array[5000, 1001], 'in pages of 5,000');
select is(
    (select jsonb_agg(r.value order by p.page, r.place) from analytics.export_pages as p, jsonb_array_elements(p.rows::jsonb) with ordinality as r (value, place) where p.export_id = pg_temp.id('a')),
    analytics.read_view('tap_days', pg_temp.read(pg_temp.org(1))) -> 'rows',
    'rows, values and order are those of a read'
);
select is((select j.snapshot #> '{state,version}' from analytics.export_jobs as j where j.export_id = pg_temp.id('a')), freshet.state_of('tap_days') -> 'version', 'the version of the rows is noted');
delete from public.tap_days where day > 6000;
select is(analytics.freeze_export(pg_temp.id('a'), pg_temp.token('lease')) #>> '{export,row_count}', '6001', 'frozen rows are not frozen twice');
select is(jsonb_array_length(analytics.export_rows(pg_temp.id('a'), pg_temp.token('lease'))::jsonb #> '{pages,0}'), 5000, 'the holder of the lease reads the pages');
select is(analytics.export_rows(pg_temp.id('a'), pg_temp.token('lease'))::jsonb #> '{pages,1}', null, 'one at a time where a page is full');
select throws_ok(format('select analytics.export_rows(%L, gen_random_uuid())', pg_temp.id('a')), 'PT409', null, 'and no other call does');
select is(analytics.store_export_chunk(pg_temp.id('a'), pg_temp.token('lease'), 0, encode('abc', 'base64'), 30, 4294967295) ->> 'done_count', '5000', 'a chunk counts the rows of its pages');
select throws_ok(
    format('select analytics.store_export_chunk(%L, %L, 0, %L, 30, 1)', pg_temp.id('a'), pg_temp.token('lease'), encode('abc', 'base64')),
    'PT409', null, 'sent again, after a lost answer, it is refused'
);
select is((select count(*) from analytics.export_pages as p where p.export_id = pg_temp.id('a')), 1::bigint, 'its pages are gone');
select throws_ok(format('select analytics.finish_export(%L, %L, 1, null)', pg_temp.id('a'), pg_temp.token('lease')), '55000', null, 'an export whose rows are not all rendered is not done');
-- The call is killed; another one takes over.
update analytics.export_jobs set lease_until = clock_timestamp() - interval '1 second' where export_id = pg_temp.id('a');
select is(pg_temp.keep('second', analytics.claim_export(pg_temp.id('a'))) -> 'chunks', '[{"byte_count": 3, "plain_byte_count": 30, "crc32": 4294967295}]', 'a lease that ended is taken by another call, which knows what is rendered, and the checksum to go on from');
select throws_ok(
    format('select analytics.store_export_chunk(%L, %L, 1, %L, 3, 1)', pg_temp.id('a'), pg_temp.token('lease'), encode('xyz', 'base64')), 'PT409', null, 'the slow call writes nothing any more'
);
select is(analytics.store_export_chunk(pg_temp.id('a'), pg_temp.token('second'), 1, encode('defg', 'base64'), 40, 7) ->> 'status', 'rendered', 'after the last page it is rendered');
select is(analytics.export_chunk(pg_temp.id('a'), pg_temp.token('second'), 1), to_jsonb(encode('defg', 'base64')), 'a chunk is read as it was stored');
select lives_ok(format('select analytics.note_export_upload(%L, %L, %L, true)', pg_temp.id('a'), pg_temp.token('second'), '/upload/1'), 'the address of the upload is noted');
select analytics.note_export_upload(pg_temp.id('a'), pg_temp.token('second'), '/upload/1', true, 5);
select is((select j.attempts_count from analytics.export_jobs as j where j.export_id = pg_temp.id('a')), 0, 'more bytes of an upload are progress');
select lives_ok(format('select analytics.release_export(%L, %L)', pg_temp.id('a'), pg_temp.token('second')), 'a call gives its lease back');
select is(pg_temp.keep('third', analytics.claim_export(pg_temp.id('a'))) ->> 'upload_url', '/upload/1', 'and the next one goes on with the upload at once');
select analytics.note_export_upload(pg_temp.id('a'), pg_temp.token('third'), '/upload/2', true, 5);
select is((select j.attempts_count from analytics.export_jobs as j where j.export_id = pg_temp.id('a')), 1, 'an upload that was begun again and gets no further is none');
select analytics.release_export(pg_temp.id('a'), pg_temp.token('third'));
select is(analytics.claim_export(pg_temp.id('a')), null, 'after a step without progress no call takes it for a while');
select is((select round(extract(epoch from j.lease_until - clock_timestamp()) / 60) from analytics.export_jobs as j where j.export_id = pg_temp.id('a')), 1::numeric, 'a minute after the first such step');
update analytics.export_jobs set lease_until = null where export_id = pg_temp.id('a');
select pg_temp.keep('third', analytics.claim_export(pg_temp.id('a')));
select is(analytics.finish_export(pg_temp.id('a'), pg_temp.token('third'), 7, null) ->> 'status', 'done', 'a published export is done');
select is(j.upload_url, null, 'and has no upload any more that would be ended') from analytics.export_jobs as j where j.export_id = pg_temp.id('a');
select is((select count(*) from analytics.export_chunks as c where c.export_id = pg_temp.id('a')), 0::bigint, 'and keeps no chunk');

-- Who sees it, and how it ends.
select is(analytics.show_export(pg_temp.id('a'), pg_temp.caller('anna', 1)) ->> 'status', 'done', 'its caller sees it');
select is(analytics.show_export(pg_temp.id('a'), pg_temp.caller('bela', 1)), null, 'another caller does not');
select is(analytics.show_export(pg_temp.id('a'), pg_temp.caller('anna', 2)), null, 'nor does the caller in another organisation');
select is(analytics.show_export(pg_temp.id('a'), '{"kind": "secret_key"}'), null, 'nor the secret key, whose exports are its own');
select is(analytics.cancel_export(pg_temp.id('a'), pg_temp.caller('bela', 1)), null, 'another caller cannot cancel it');
select is(analytics.removable_exports(5), '[]', 'its object is not removed before it has expired');
update analytics.export_jobs set expires_at = clock_timestamp(), finished_at = finished_at - interval '1 day' where export_id = pg_temp.id('a');
select is(analytics.removable_exports(5) #>> '{0,export_id}', pg_temp.id('a')::text, 'then its object is to be removed');
select is(analytics.removable_exports(5), '[]', 'by one call at a time');
update analytics.export_jobs set removal_tried_at = removal_tried_at - interval '6 minutes' where export_id = pg_temp.id('a');
select is(analytics.removable_exports(5) #>> '{0,export_id}', pg_temp.id('a')::text, 'and again after five minutes, where it did not succeed');
select analytics.forget_export_object(pg_temp.id('a'));
select is(analytics.show_export(pg_temp.id('a'), pg_temp.caller('anna', 1)) ->> 'status', 'expired', 'and it has expired after that');

-- Limits, refusals, cancellation.
select pg_temp.keep('c1', pg_temp.start('carl', 2)), pg_temp.keep('c2', pg_temp.start('carl', 2, pg_temp.where_day('lte', 2)));
select is(pg_temp.start('carl', 2, pg_temp.where_day('lte', 3)) ->> 'refused_by', 'caller', 'a caller runs two at most');
select pg_temp.start('dora', 2), pg_temp.start('emil', 2), pg_temp.start('fred', 2);
select is(pg_temp.start('gina', 2) ->> 'refused_by', 'organisation', 'an organisation runs five at most');
select pg_temp.keep('foreign', pg_temp.start('hugo', 1, jsonb_build_array(jsonb_build_object('column', 'org', 'op', 'eq', 'value', pg_temp.org(2)))));
select pg_temp.keep('lease', analytics.claim_export(pg_temp.id('foreign')));
select is(analytics.freeze_export(pg_temp.id('foreign'), pg_temp.token('lease')) #>> '{export,error_code}', 'FORBIDDEN', 'rows of another organisation are denied, as a read denies them');

-- Another person's rows.
select pg_temp.keep('person', pg_temp.start('tutor', 1, '[]', jsonb_build_object(
    'request', jsonb_build_object('columns', array['person', 'day'], 'filters', '[]'::jsonb, 'order', '[{"column": "day", "direction": "asc"}]'::jsonb, 'reads', '[]'::jsonb,
        'scope', jsonb_build_object('column', 'person', 'value', 'p1', 'relation', null, 'org', null)),
    'reading', '{"reader": {"kind": "user", "subject": "tutor"}, "relation": "tap_people", "resource": "tap/days", "parameters": {}, "request_id": "00000000-0000-4000-8000-000000000009"}'::jsonb
)));
select pg_temp.keep('lease', analytics.claim_export(pg_temp.id('person')));
select is(analytics.freeze_export(pg_temp.id('person'), pg_temp.token('lease')) #>> '{export,row_count}', '2', 'a person''s rows are frozen for a reader who may read them');
select is((select count(*) from analytics.access_log as a where a.person_id = 'p1' and a.reader_id = 'tutor' and a.resource = 'tap/days'), 1::bigint, 'and that is in the access log');

select pg_temp.keep('lease', analytics.claim_export(pg_temp.id('c1')));
select analytics.freeze_export(pg_temp.id('c1'), pg_temp.token('lease'));
select analytics.note_export_upload(pg_temp.id('c1'), pg_temp.token('lease'), '/upload/3', false);
select is(analytics.cancel_export(pg_temp.id('c1'), pg_temp.caller('carl', 2)) ->> 'status', 'cancelled', 'a running export is cancelled');
select throws_ok(format('select analytics.export_rows(%L, %L)', pg_temp.id('c1'), pg_temp.token('lease')), 'PT409', null, 'its call is refused at the next step');
select is((select count(*) from analytics.export_pages as p where p.export_id = pg_temp.id('c1')), 0::bigint, 'and its pages are gone');
select ok(analytics.removable_exports(5) @> jsonb_build_array(jsonb_build_object('export_id', pg_temp.id('c1'), 'upload_url', '/upload/3')), 'its object is removed at once, and its upload ended');
select is(j.upload_url, '/upload/3', 'which is known until then') from analytics.export_jobs as j where j.export_id = pg_temp.id('c1');
select analytics.forget_export_object(pg_temp.id('c1'));
select is(j.upload_url, null, 'and not longer') from analytics.export_jobs as j where j.export_id = pg_temp.id('c1');
select ok(not j.is_removed, 'and again, because its call may still make it') from analytics.export_jobs as j where j.export_id = pg_temp.id('c1');
update analytics.export_jobs set finished_at = finished_at - interval '11 minutes', removal_tried_at = null where export_id = pg_temp.id('c1');
select ok(analytics.removable_exports(5) @> jsonb_build_array(jsonb_build_object('export_id', pg_temp.id('c1'))), 'the last time when no call can have lived so long');
select analytics.forget_export_object(pg_temp.id('c1'));
select ok(j.is_removed, 'and then no more') from analytics.export_jobs as j where j.export_id = pg_temp.id('c1');
update analytics.export_jobs set attempts_count = 5 where export_id = pg_temp.id('c2');
select is(analytics.claim_export(pg_temp.id('c2')), null, 'an export that made no progress in five leases is given up');
select is((select j.error_code from analytics.export_jobs as j where j.export_id = pg_temp.id('c2')), 'GAVE_UP', 'and says why');
select is((select f.request_id from analytics.failed_answers as f where f.resource = 'export/work'), pg_temp.id('c2'), 'which is reported, as no call is left that would');
select is(freshet.forget_exports_of('carl'), 2::bigint, 'a person''s exports are forgotten with the person');

select * from finish();
rollback;
