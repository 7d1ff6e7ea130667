begin;
select plan(5);

insert into public.questions (lesion, topic)
select spelling, 'Topic'
from unnest(array[
    'tetralogy of fallot', 'Tetralogy of Fallot', '  TETRALOGY  OF FALLOT ', 'tetralogy_of_fallot', 'Tetralogy-of-Fallot',
    E'Tetralogy\tof\nFallot', E'Tetralogy\u00a0of Fallot', E'tetralogy\u2011of\u2013fallot', E'\uff34etralogy of Fallot', '-tetralogy of _ fallot-'
]) as spelling;
select results_eq(
    $$ select lesion, count(*) from analytics.question_tags group by lesion $$,
    $$ values ('tetralogy of fallot' collate "C", 10::bigint) $$,
    'blanks, underscores, hyphens, case and compatibility forms make no difference'
);
delete from public.questions;

insert into public.questions (lesion, topic)
select spelling, spelling from unnest(array[null, '', '   ', '_ -', E'\u00a0', 'untagged']) as spelling;
select results_eq(
    $$ select lesion, count(*) from analytics.question_tags group by lesion $$,
    $$ values ('untagged' collate "C", 6::bigint) $$,
    'what is empty, or was null, is untagged'
);
select set_eq($$ select topic from analytics.question_tags $$, array['untagged', '_ -'], 'a topic keeps its signs');
delete from public.questions;

insert into public.questions (lesion, topic)
values ('ÉPANCHEMENT', E' Acyanotic   Shunts\u00a0'), (E'E\u0301panchement', 'acyanotic shunts'), ('İntervention', 'Acyanotic Shunts');
select results_eq(
    $$ select lesion, count(*) from analytics.question_tags group by lesion order by lesion $$,
    $$ values (E'i\u0307ntervention' collate "C", 1::bigint), ('épanchement', 2) $$,
    'case folds beyond ASCII, and composed letters equal decomposed ones'
);
select set_eq(
    $$ select topic from analytics.question_tags $$, array['Acyanotic Shunts', 'acyanotic shunts'],
    'a topic is a label: trimmed, single blanks, its letters as they are'
);

select * from finish();
rollback;
