begin;
select plan(3);

insert into public.questions (stem, lesion, topic) values
    ('q1', 'VSD', 'Anatomy'), ('q2', ' v_s-d', 'Anatomy'), ('q3', ' vsd', ' Flow '), ('q4', 'vsd', 'Anatomy'), ('q5', null, 'Anatomy');

select results_eq(
    $$ select lesion, questions_count, topics_count from analytics.question_lesions order by lesion $$,
    $$ values ('untagged'::text collate "C", 1::bigint, 1::bigint), ('v s d', 1, 1), ('vsd', 3, 2) $$,
    'a lesion is listed once, however it is written'
);
select results_eq(
    $$ select topic, questions_count, lesions_count from analytics.question_topics order by topic $$,
    $$ values ('Anatomy'::text collate "C", 4::bigint, 3::bigint), ('Flow', 1, 1) $$,
    'and so is a topic'
);
update public.questions set stem = repeat('é', 301) where stem = 'q1';
update public.questions set stem = repeat('é', 300) where stem = 'q2';
select results_eq(
    $$ select question_text from analytics.question_texts order by length(question_text), question_text $$,
    $$ values ('q3'), ('q4'), ('q5'), (repeat('é', 300)), (repeat('é', 299) || '…') $$,
    'the text of a question is whole up to 300 characters, and says where it is not'
);

select * from finish();
rollback;
