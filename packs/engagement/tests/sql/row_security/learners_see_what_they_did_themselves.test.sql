begin;
select plan(20);

insert into public.tracks (id, title) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.learning_sessions (user_id, track_id)
select u, '00000000-0000-0000-0000-0000000000a1' from unnest(array['00000000-0000-0000-0000-0000000000e1', '00000000-0000-0000-0000-0000000000e2']::uuid[]) as u;
insert into public.quiz_attempts (user_id, track_id, quiz_id)
select s.user_id, s.track_id, gen_random_uuid() from public.learning_sessions as s;
insert into public.review_sessions (user_id) select s.user_id from public.learning_sessions as s;
insert into public.explanation_views (user_id, question_id) select s.user_id, gen_random_uuid() from public.learning_sessions as s;

create function pg_temp.owners(relation text) returns setof text language plpgsql as $$
begin
    return query execute format('select right(user_id::text, 2) from public.%I', relation);
end
$$;
set local role authenticated;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000e1", "role": "authenticated"}';
select is((select count(*) from public.tracks), 1::bigint, 'tracks are open to signed-in users');
select results_eq(format('select * from pg_temp.owners(%L)', t), array['e1'], t || ': own rows only')
from unnest(array['learning_sessions', 'quiz_attempts', 'review_sessions', 'explanation_views']) as t;
select throws_ok(format('insert into public.%I default values', t), '42501', null, t || ': clients write nothing')
from unnest(array['tracks', 'learning_sessions', 'quiz_attempts', 'review_sessions', 'explanation_views']) as t;
select throws_ok(format('delete from public.%I', t), '42501', null, t || ': and delete nothing')
from unnest(array['tracks', 'learning_sessions', 'quiz_attempts', 'review_sessions', 'explanation_views']) as t;

set local role anon;
select throws_ok(format('select * from public.%I', t), '42501', null, t || ': anon reads nothing')
from unnest(array['tracks', 'learning_sessions', 'quiz_attempts', 'review_sessions', 'explanation_views']) as t;

reset role;
select * from finish();
rollback;
