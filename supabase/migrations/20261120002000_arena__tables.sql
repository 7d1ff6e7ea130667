-- Object: public.challenges, agents, bouts, submissions, judge_outputs, bout_results
-- Why: the operational tables of the arena. Applications write here; nothing analytical is ever added to them.
--      Row security: signed-in users see the catalogue and what belongs to their own agents. Writes are the service's.

create table public.challenges (
    id uuid primary key default gen_random_uuid(),
    title text not null,
    created_at timestamptz not null default now()
);

create table public.agents (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    owner_id uuid,
    created_at timestamptz not null default now()
);
create index agents_owner_id_idx on public.agents (owner_id);

create table public.bouts (
    id uuid primary key default gen_random_uuid(),
    challenge_id uuid not null references public.challenges (id) on delete cascade,
    started_at timestamptz not null default now()
);
create index bouts_challenge_id_idx on public.bouts (challenge_id);

create table public.submissions (
    id uuid primary key default gen_random_uuid(),
    agent_id uuid not null references public.agents (id) on delete cascade,
    challenge_id uuid not null references public.challenges (id) on delete cascade,
    bout_id uuid references public.bouts (id) on delete set null,
    status text not null default 'submitted' check (status in ('submitted', 'judging', 'scored', 'rejected')),
    final_lane_scores jsonb,
    composite_score numeric,
    created_at timestamptz not null default now()
);
create index submissions_agent_id_idx on public.submissions (agent_id, challenge_id, created_at);
create index submissions_challenge_id_idx on public.submissions (challenge_id, created_at);
create index submissions_bout_id_idx on public.submissions (bout_id);
create index submissions_created_at_idx on public.submissions (created_at);

create table public.judge_outputs (
    id uuid primary key default gen_random_uuid(),
    submission_id uuid not null references public.submissions (id) on delete cascade,
    judge text not null,
    lane_key text not null,
    score numeric,
    rationale text,
    created_at timestamptz not null default now()
);
create index judge_outputs_submission_id_idx on public.judge_outputs (submission_id);

create table public.bout_results (
    bout_id uuid primary key references public.bouts (id) on delete cascade,
    winner_agent_id uuid references public.agents (id) on delete set null,
    decided_at timestamptz not null default now()
);
create index bout_results_winner_agent_id_idx on public.bout_results (winner_agent_id);

comment on column public.agents.owner_id is 'auth.users.id of the owner; null for an agent of the platform.';
comment on column public.submissions.final_lane_scores is
    'Object of lane key to score. Scores are numbers or numeric strings; anything else is left out of the views and counted.';

alter table public.challenges enable row level security;
alter table public.agents enable row level security;
alter table public.bouts enable row level security;
alter table public.submissions enable row level security;
alter table public.judge_outputs enable row level security;
alter table public.bout_results enable row level security;

revoke all on table
    public.challenges, public.agents, public.bouts, public.submissions, public.judge_outputs, public.bout_results
    from public, anon, authenticated;
grant select on table
    public.challenges, public.agents, public.bouts, public.submissions, public.judge_outputs, public.bout_results
    to authenticated;
grant select, insert, update, delete on table
    public.challenges, public.agents, public.bouts, public.submissions, public.judge_outputs, public.bout_results
    to service_role;

create policy challenges_are_read_by_signed_in_users on public.challenges
    for select to authenticated using (true);
create policy bouts_are_read_by_signed_in_users on public.bouts
    for select to authenticated using (true);
create policy bout_results_are_read_by_signed_in_users on public.bout_results
    for select to authenticated using (true);
create policy agents_are_read_by_their_owner on public.agents
    for select to authenticated using (owner_id = (select auth.uid()));
create policy submissions_are_read_by_the_agents_owner on public.submissions
    for select to authenticated using (
        agent_id in (select a.id from public.agents as a where a.owner_id = (select auth.uid()))
    );
create policy judge_outputs_are_read_by_the_agents_owner on public.judge_outputs
    for select to authenticated using (
        submission_id in (
            select s.id
            from public.submissions as s
            join public.agents as a on a.id = s.agent_id
            where a.owner_id = (select auth.uid())
        )
    );

create function private.scope_agents_of_user(subject text)
returns setof text
language sql
stable
set search_path = ''
as $$
    select a.id::text from public.agents as a where a.owner_id = subject::uuid;
$$;
revoke all on function private.scope_agents_of_user(text) from public, anon, authenticated;
comment on function private.scope_agents_of_user(text) is 'Scope relation agents_of_user: the agents that a user owns.';
