begin;
select plan(1);

insert into public.topics (id, name) values ('00000000-0000-4000-8000-000000000001', 'Heart');
insert into public.study_materials (id, topic_id, title) values ('00000000-0000-4000-8000-000000000201', '00000000-0000-4000-8000-000000000001', 'Atlas');
insert into public.material_interactions (material_id, user_id, progress_rate, reading_seconds, opens_count, first_at, last_at)
values ('00000000-0000-4000-8000-000000000201', 'anna', 0.4, 90, 2, '2026-05-01 10:00+00', '2026-05-02 10:00+00');

select results_eq(
    $$ select title, right(topic_id::text, 1), progress_rate, opens_count, completed_at from analytics.material_progress where user_id = 'anna' $$,
    $$ values ('Atlas', '1', 0.4, 2, null::timestamptz) $$,
    'the share that was reached, of a material that is not complete'
);

select * from finish();
rollback;
