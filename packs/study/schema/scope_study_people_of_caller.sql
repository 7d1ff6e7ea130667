-- Object: freshet.scope_study_people_of_caller()
-- Why: whose study analytics a teacher, a parent or a coach may read is for the project to say: this pack knows no
--      organisations. It lists no person until a project replaces it, with a migration of its own:
--
--          create or replace function freshet.scope_study_people_of_caller(subject text)
--          returns setof text language sql stable set search_path = pg_catalog, pg_temp
--          as $$ select c.student_id from public.coachings as c where c.coach_id = subject $$;
--
-- Why no version: it is asked at each read of another person's rows, and no cache keeps such an answer. When a person is
--      taken off it, the next request for that person is refused, so it needs no analytics.register_live().
create function freshet.scope_study_people_of_caller(subject text)
returns setof text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select scope_study_people_of_caller.subject where false;
$$;

revoke all on function freshet.scope_study_people_of_caller(text) from public, anon, authenticated;

comment on function freshet.scope_study_people_of_caller(text) is
    'Scope relation study_people_of_caller: the people, beside the subject, whose study analytics the subject may read. Empty until a project replaces it.';
