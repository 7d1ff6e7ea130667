-- Object: public.submissions
-- Grain: one row per submission of an agent to a challenge
-- Why: this and the pack's other tables in public belong to the application, which writes here; nothing analytical is
--      ever added to them. Its triggers keep analytics.fact_lane_scores. Row security: signed-in users read the catalogue and the rows of their own agents. Only the
--      service role writes.
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

alter table public.submissions enable row level security;

create policy submissions_are_read_by_the_agents_owner on public.submissions
    for select to authenticated using (agent_id in (select a.id from public.agents as a where a.owner_id = (select freshet.claimed_uuid('sub'))));

revoke all on table public.submissions from public, anon, authenticated;

grant select on table public.submissions to authenticated;

grant select, insert, update, delete on table public.submissions to service_role;

comment on column public.submissions.final_lane_scores is
    'Object of lane key to score. Scores are numbers or numeric strings; the views leave out and count anything else.';

-- A trigger on some columns cannot have transition tables, so the function compares the states.
create trigger trg_notify_submission_scored after update on public.submissions
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.notify_submission_scored();

create trigger submissions_were_inserted after insert on public.submissions
    referencing new table as new_rows
    for each statement execute function freshet.submissions_were_inserted();

create trigger submissions_were_updated after update on public.submissions
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.submissions_were_updated();

create trigger submissions_were_deleted after delete on public.submissions
    referencing old table as old_rows
    for each statement execute function freshet.submissions_were_deleted();

create trigger submissions_were_truncated after truncate on public.submissions
    for each statement execute function freshet.submissions_were_truncated();
