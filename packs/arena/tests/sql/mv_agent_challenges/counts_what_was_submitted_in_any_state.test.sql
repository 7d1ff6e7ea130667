-- Agent a1: in Essay two scored and one waiting, one of them dated in the year 9999; in Small one that was rejected. Agent a2: none.
begin;
select plan(2);

insert into public.challenges (id, title) values
    ('00000000-0000-0000-0000-0000000000c1', 'Essay'), ('00000000-0000-0000-0000-0000000000c2', 'Small');
insert into public.agents (id, name) values
    ('00000000-0000-0000-0000-0000000000a1', 'a'), ('00000000-0000-0000-0000-0000000000a2', 'b');
insert into public.submissions (agent_id, challenge_id, status, created_at)
select '00000000-0000-0000-0000-0000000000a1', s.challenge_id::uuid, s.status, s.created_at::timestamptz
from (values
    ('00000000-0000-0000-0000-0000000000c1', 'scored', '2026-01-01 00:00+00'), ('00000000-0000-0000-0000-0000000000c1', 'scored', '9999-01-01 00:00+00'),
    ('00000000-0000-0000-0000-0000000000c1', 'submitted', '2026-01-03 00:00+00'), ('00000000-0000-0000-0000-0000000000c2', 'rejected', 'infinity')
) as s (challenge_id, status, created_at);
select analytics.refresh_view('mv_agent_challenges');

select results_eq(
    $$ select challenge_title, submissions_count, scored_count, last_submission_at from analytics.mv_agent_challenges order by challenge_title $$,
    $$ values ('Essay', 3::bigint, 2::bigint, '2026-01-03 00:00+00'::timestamptz), ('Small', 1, 0, null) $$,
    'each submission counts, and a moment that cannot be believed is no last one'
);
update public.challenges set title = 'Renamed' where title = 'Essay';
select analytics.refresh_view('mv_agent_challenges');
select is(
    (select string_agg(challenge_title, ',' order by challenge_title) from analytics.mv_agent_challenges), 'Renamed,Small',
    'a new title comes with the next refresh'
);

select * from finish();
rollback;
