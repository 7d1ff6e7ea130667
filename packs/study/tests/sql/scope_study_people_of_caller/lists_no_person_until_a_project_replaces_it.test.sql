begin;
select plan(4);

select is_empty($$ select * from freshet.scope_study_people_of_caller('anna') $$, 'no person is listed for any subject');
select is_empty($$ select * from freshet.scope_study_people_of_caller(null) $$, 'nor has a caller without a subject');

-- As the comment of its schema file says.
create table public.tap_coachings (coach_id text, student_id text);
insert into public.tap_coachings values ('carl', 'anna'), ('carl', 'bela');
create or replace function freshet.scope_study_people_of_caller(subject text)
returns setof text language sql stable set search_path = pg_catalog, pg_temp
as $$ select c.student_id from public.tap_coachings as c where c.coach_id = subject $$;
select bag_eq($$ select freshet.scope_study_people_of_caller('carl') $$, array['anna', 'bela'], 'a project says whose it may read');
select is(
    has_function_privilege('authenticated', 'freshet.scope_study_people_of_caller(text)', 'execute'), false,
    'and who may read whom stays closed to users'
);

select * from finish();
rollback;
