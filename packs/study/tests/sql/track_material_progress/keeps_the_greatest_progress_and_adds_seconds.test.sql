begin;
select plan(4);

insert into public.topics (id, name) values ('00000000-0000-4000-8000-0000000000a1', 'Anatomy');
insert into public.study_materials (id, topic_id, title)
values ('00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-0000000000a1', 'Bones');
set local role authenticated;
set local request.jwt.claims = '{"sub": "ada", "role": "authenticated"}';
create function pg_temp.progress(progress_rate numeric, reading_seconds numeric) returns text language sql as $$
    select format('%s %s %s', trim_scale(m.progress_rate), trim_scale(m.reading_seconds), m.completed_at is not null)
    from jsonb_populate_record(
        null::public.material_interactions,
        public.track_material_progress('s', '00000000-0000-4000-8000-0000000000b1', progress_rate, reading_seconds) -> 'interaction'
    ) as m;
$$;
select is(pg_temp.progress(0.12345678, 30), '0.123457 30 f', 'the first report, with six places');
select is(pg_temp.progress(0.1, 30), '0.123457 60 f', 'a reader who turns back has read no less');
select is(pg_temp.progress(1, null), '1 60 t', 'all of it is complete, without a time');
select is(pg_temp.progress(0.1, 86401), '1 60 t', 'more than a day of seconds is not a measurement');

select * from finish();
rollback;
