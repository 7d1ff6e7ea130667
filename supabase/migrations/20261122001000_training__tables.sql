-- Object: public.orgs, users, org_members, dotted_lines, teams, scenarios, scenario_attempts, assignments, type user_role
-- Why: the operational tables of a training application. Applications write here; nothing analytical is ever added to
--      them. Every reference stays inside its organisation, so that two organisations with the same user never meet.
--      A moment before 1970, or one that no date of four digits can name, is a broken clock and is refused: one such
--      row would break every answer that it is in.
--      Row security: members see their organisation's catalogue; of people, admins see everybody, managers their
--      people and themselves, trainees themselves. Writes are the service's.

create type public.user_role as enum ('admin', 'manager', 'trainee');

create table public.orgs (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    created_at timestamptz not null default now()
);

create table public.users (
    id text primary key,
    name text,
    email text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table public.org_members (
    org_id uuid not null references public.orgs (id) on delete cascade,
    user_id text not null references public.users (id) on delete cascade,
    role public.user_role not null default 'trainee',
    manager_id text check (manager_id <> user_id),
    joined_at timestamptz not null default now(),
    left_at timestamptz,
    primary key (org_id, user_id),
    foreign key (org_id, manager_id) references public.org_members (org_id, user_id) on delete set null (manager_id)
);
create index org_members_user_id_idx on public.org_members (user_id);
create index org_members_manager_id_idx on public.org_members (org_id, manager_id);

create table public.dotted_lines (
    org_id uuid not null,
    user_id text not null,
    manager_id text not null check (manager_id <> user_id),
    primary key (org_id, user_id, manager_id),
    foreign key (org_id, user_id) references public.org_members (org_id, user_id) on delete cascade,
    foreign key (org_id, manager_id) references public.org_members (org_id, user_id) on delete cascade
);
create index dotted_lines_manager_id_idx on public.dotted_lines (org_id, manager_id);

create table public.teams (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null,
    manager_id text not null,
    name text not null,
    unique (org_id, manager_id),
    foreign key (org_id, manager_id) references public.org_members (org_id, user_id) on delete cascade
);

create table public.scenarios (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null references public.orgs (id) on delete cascade,
    title text not null,
    difficulty text,
    category text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (org_id, id)
);

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
    foreign key (org_id, user_id) references public.org_members (org_id, user_id) on delete cascade,
    foreign key (org_id, scenario_id) references public.scenarios (org_id, id) on delete set null (scenario_id)
);
create index scenario_attempts_user_id_idx on public.scenario_attempts (org_id, user_id, started_at);
create index scenario_attempts_scenario_id_idx on public.scenario_attempts (org_id, scenario_id);

create table public.assignments (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null,
    scenario_id uuid not null,
    assignee_id text not null,
    due_on date check (due_on between '1970-01-01' and '9999-12-31'),
    is_required boolean not null default true,
    assigned_at timestamptz not null default now() check (assigned_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    foreign key (org_id, scenario_id) references public.scenarios (org_id, id) on delete cascade,
    foreign key (org_id, assignee_id) references public.org_members (org_id, user_id) on delete cascade
);
create index assignments_scenario_id_idx on public.assignments (org_id, scenario_id);
create index assignments_assignee_id_idx on public.assignments (org_id, assignee_id);

comment on column public.users.id is 'As the identity provider issues it: the sub of the user''s tokens.';
comment on column public.org_members.manager_id is 'Whose team counts the member; null at the top.';
comment on column public.org_members.left_at is 'Null, or in the future, while the membership lasts. Whoever left keeps the row: what they did stays in the figures.';
comment on table public.dotted_lines is 'A second manager, who sees the member but whose team does not count them.';
comment on table public.teams is 'A team is everybody whose org_members.manager_id is its manager.';
comment on column public.scenario_attempts.scenario_id is 'Null for an attempt without a scenario, and when the scenario was deleted.';
comment on column public.scenario_attempts.score is 'Null where the attempt was not scored.';
comment on column public.scenario_attempts.duration_seconds is 'Null where it was not measured, as talk_ms and listen_ms.';
comment on column public.scenario_attempts.ended_at is 'Null while the attempt runs, and where its end was never reported.';
comment on column public.assignments.due_on is 'The last (UTC) day that is in time; null without a due date.';

create function private.scope_people_of_manager(subject text, org_id text)
returns setof text
language sql
stable
set search_path = ''
as $$
    with manager as (
        select m.org_id, m.user_id
        from public.org_members as m
        where m.org_id = scope_people_of_manager.org_id::uuid
            and m.user_id = scope_people_of_manager.subject
            and (m.left_at is null or m.left_at > now())
    ),

    people as (
        select m.org_id, m.user_id
        from manager as b
        join public.org_members as m on m.org_id = b.org_id and m.manager_id = b.user_id
        union
        select d.org_id, d.user_id
        from manager as b
        join public.dotted_lines as d on d.org_id = b.org_id and d.manager_id = b.user_id
    )

    select p.user_id
    from people as p
    join public.org_members as m on m.org_id = p.org_id and m.user_id = p.user_id
    where m.left_at is null or m.left_at > now();
$$;
revoke all on function private.scope_people_of_manager(text, text) from public, anon, authenticated;
comment on function private.scope_people_of_manager(text, text) is
    'Scope relation people_of_manager: the active members of the organisation who report to the subject, by a solid or a dotted line. Nobody once the subject has left.';

create function private.people_of_caller()
returns setof text
language sql
stable
security definer
set search_path = ''
as $$
    with caller as (
        select
            nullif(auth.jwt() ->> 'org_id', '') as org_id,
            nullif(auth.jwt() ->> 'sub', '') as user_id,
            auth.jwt() ->> 'org_role' as role
    )

    select c.user_id from caller as c where c.user_id is not null
    union
    select m.user_id from caller as c join public.org_members as m on m.org_id = c.org_id::uuid where c.role = 'admin'
    union
    select p.user_id
    from caller as c
    cross join lateral private.scope_people_of_manager(c.user_id, c.org_id) as p (user_id)
    where c.role = 'manager';
$$;
revoke all on function private.people_of_caller() from public, anon, authenticated;
grant execute on function private.people_of_caller() to authenticated;
comment on function private.people_of_caller() is
    'Whose rows the claims of the token let its bearer see inside the organisation of the token: for policies, which name that organisation themselves.';

alter table public.orgs enable row level security;
alter table public.users enable row level security;
alter table public.org_members enable row level security;
alter table public.dotted_lines enable row level security;
alter table public.teams enable row level security;
alter table public.scenarios enable row level security;
alter table public.scenario_attempts enable row level security;
alter table public.assignments enable row level security;

revoke all on table
    public.orgs, public.users, public.org_members, public.dotted_lines,
    public.teams, public.scenarios, public.scenario_attempts, public.assignments
    from public, anon, authenticated;
grant select on table
    public.orgs, public.users, public.org_members, public.dotted_lines,
    public.teams, public.scenarios, public.scenario_attempts, public.assignments
    to authenticated;
grant select, insert, update, delete on table
    public.orgs, public.users, public.org_members, public.dotted_lines,
    public.teams, public.scenarios, public.scenario_attempts, public.assignments
    to service_role;

create policy orgs_are_read_by_their_members on public.orgs
    for select to authenticated using (id = ((select auth.jwt()) ->> 'org_id')::uuid);
create policy teams_are_read_by_members on public.teams
    for select to authenticated using (org_id = ((select auth.jwt()) ->> 'org_id')::uuid);
create policy scenarios_are_read_by_members on public.scenarios
    for select to authenticated using (org_id = ((select auth.jwt()) ->> 'org_id')::uuid);
create policy users_are_read_by_those_above_them on public.users
    for select to authenticated using (id in (select private.people_of_caller()));
create policy org_members_are_read_by_those_above_them on public.org_members
    for select to authenticated using (
        org_id = ((select auth.jwt()) ->> 'org_id')::uuid and user_id in (select private.people_of_caller())
    );
create policy dotted_lines_are_read_by_those_above_the_member on public.dotted_lines
    for select to authenticated using (
        org_id = ((select auth.jwt()) ->> 'org_id')::uuid and user_id in (select private.people_of_caller())
    );
create policy scenario_attempts_are_read_by_those_above_the_user on public.scenario_attempts
    for select to authenticated using (
        org_id = ((select auth.jwt()) ->> 'org_id')::uuid and user_id in (select private.people_of_caller())
    );
create policy assignments_are_read_by_those_above_the_assignee on public.assignments
    for select to authenticated using (
        org_id = ((select auth.jwt()) ->> 'org_id')::uuid and assignee_id in (select private.people_of_caller())
    );
