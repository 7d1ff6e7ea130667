-- Object: private.scope_agents_of_user() (replaced), policies of public.agents, submissions, judge_outputs (replaced)
-- Why: owners are uuids, and users are text. A user whose id is no uuid owns no agent, and asking for one is no error.

create or replace function private.scope_agents_of_user(subject text)
returns setof text
language sql
stable
set search_path = ''
as $$
    select a.id::text from public.agents as a where a.owner_id = private.canonical_uuid(subject);
$$;

alter policy agents_are_read_by_their_owner on public.agents
    using (owner_id = (select private.claimed_uuid('sub')));
alter policy submissions_are_read_by_the_agents_owner on public.submissions
    using (agent_id in (select a.id from public.agents as a where a.owner_id = (select private.claimed_uuid('sub'))));
alter policy judge_outputs_are_read_by_the_agents_owner on public.judge_outputs
    using (
        submission_id in (
            select s.id
            from public.submissions as s
            join public.agents as a on a.id = s.agent_id
            where a.owner_id = (select private.claimed_uuid('sub'))
        )
    );
