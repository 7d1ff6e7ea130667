-- Object: public.judge_outputs
-- Grain: one row per output of a judge for a submission
-- Why: table of the application; see public.submissions.
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

alter table public.judge_outputs enable row level security;

create policy judge_outputs_are_read_by_the_agents_owner on public.judge_outputs
    for select to authenticated using (
        submission_id in (
            select s.id
            from public.submissions as s
            join public.agents as a on a.id = s.agent_id
            where a.owner_id = (select freshet.claimed_uuid('sub'))
        )
    );

revoke all on table public.judge_outputs from public, anon, authenticated;

grant select on table public.judge_outputs to authenticated;

grant select, insert, update, delete on table public.judge_outputs to service_role;
