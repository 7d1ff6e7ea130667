-- Two questions of one lesion in two spellings: one lesion, two rows. A question whose tags are corrected moves as a whole.
begin;
select plan(2);

insert into public.questions (id, lesion, topic) values
    ('00000000-0000-0000-0000-000000000001', 'Tetralogy_of Fallot', 'Cyanotic'), ('00000000-0000-0000-0000-000000000002', 'TETRALOGY OF FALLOT', null);
insert into public.responses (question_id, is_correct, answered_at) values
    ('00000000-0000-0000-0000-000000000001', true, '2026-03-02 00:00+00'), ('00000000-0000-0000-0000-000000000001', false, '2026-03-03 00:00+00'),
    ('00000000-0000-0000-0000-000000000002', true, '2026-03-02 00:00+00');
select analytics.refresh_view('analytics_heatmap_agg');
select results_eq(
    $$ select lesion, topic, attempts from analytics.analytics_heatmap_agg order by question_id $$,
    $$ values ('tetralogy of fallot' collate "C", 'Cyanotic' collate "C", 2::bigint), ('tetralogy of fallot', 'untagged', 1) $$,
    'one spelling of the lesion, a row for each question'
);

update public.questions set lesion = 'ToF' where id = '00000000-0000-0000-0000-000000000001';
select analytics.refresh_view('analytics_heatmap_agg');
select results_eq(
    $$ select lesion, attempts from analytics.analytics_heatmap_agg order by question_id $$,
    $$ values ('tof' collate "C", 2::bigint), ('tetralogy of fallot', 1) $$,
    'a change of tags is seen, and leaves no row under the old ones'
);

select * from finish();
rollback;
