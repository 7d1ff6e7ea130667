-- Object: public.bout_results
-- Grain: one row per decided bout
-- Why: table of the application; see public.submissions.
create table public.bout_results (
    bout_id uuid primary key references public.bouts (id) on delete cascade,
    winner_agent_id uuid references public.agents (id) on delete set null,
    decided_at timestamptz not null default now()
);

create index bout_results_winner_agent_id_idx on public.bout_results (winner_agent_id);

alter table public.bout_results enable row level security;

create policy bout_results_are_read_by_signed_in_users on public.bout_results
    for select to authenticated using (true);

revoke all on table public.bout_results from public, anon, authenticated;

grant select on table public.bout_results to authenticated;

grant select, insert, update, delete on table public.bout_results to service_role;
