-- Object: public.scenario_attempts
-- Grain: one row per attempt of a user, with or without a scenario
-- Why: table of the application; see public.orgs. Its triggers keep analytics.fact_scenario_attempts.
-- Why feedback_id: lists of attempts link to the feedback; see analytics.attempt_list.
create table public.scenario_attempts (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null,
    user_id text not null,
    scenario_id uuid,
    status text not null default 'started' check (status in ('started', 'completed', 'abandoned')),
    score numeric check (abs(score) < 1e15),
    duration_seconds integer check (duration_seconds >= 0),
    talk_ms integer check (talk_ms >= 0),
    listen_ms integer check (listen_ms >= 0),
    started_at timestamptz not null default now() check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    ended_at timestamptz check (ended_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    created_at timestamptz not null default now(),
    feedback_id text check (octet_length(feedback_id) between 1 and 500),
    foreign key (org_id, user_id) references public.org_members (org_id, user_id) on delete cascade,
    foreign key (org_id, scenario_id) references public.scenarios (org_id, id) on delete set null (scenario_id)
);

create index scenario_attempts_user_id_idx on public.scenario_attempts (org_id, user_id, started_at);

create index scenario_attempts_scenario_id_idx on public.scenario_attempts (org_id, scenario_id);

alter table public.scenario_attempts enable row level security;

create policy scenario_attempts_are_read_by_those_above_the_user on public.scenario_attempts
    for select to authenticated using (org_id = (select freshet.claimed_uuid('org_id')) and user_id in (select freshet.people_of_caller()));

revoke all on table public.scenario_attempts from public, anon, authenticated;

grant select on table public.scenario_attempts to authenticated;

grant select, insert, update, delete on table public.scenario_attempts to service_role;

comment on column public.scenario_attempts.scenario_id is 'Null for an attempt without a scenario, and when the scenario was deleted.';

comment on column public.scenario_attempts.score is 'Null where the attempt was not scored.';

comment on column public.scenario_attempts.duration_seconds is 'Null where it was not measured, as talk_ms and listen_ms.';

comment on column public.scenario_attempts.ended_at is 'Null while the attempt runs, and where its end was never reported.';

comment on column public.scenario_attempts.feedback_id is
    'The application''s id of the feedback on the attempt: any key or path. Null while there is none.';

create trigger attempts_were_inserted after insert on public.scenario_attempts
    referencing new table as new_rows
    for each statement execute function freshet.attempts_were_inserted();

create trigger populate_fact_on_completion after update on public.scenario_attempts
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.trigger_populate_fact();

create trigger attempts_were_deleted after delete on public.scenario_attempts
    referencing old table as old_rows
    for each statement execute function freshet.attempts_were_deleted();

create trigger attempts_were_truncated after truncate on public.scenario_attempts
    for each statement execute function freshet.empty_derived_table('fact_scenario_attempts');

create trigger attempts_changed_hands after update on public.scenario_attempts
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.attempts_changed_hands();
