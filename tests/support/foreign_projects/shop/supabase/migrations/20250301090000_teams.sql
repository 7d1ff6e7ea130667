create table public.teams (
    id uuid primary key default gen_random_uuid(),
    name text not null
);

create table public.team_members (
    team_id uuid not null references public.teams (id) on delete cascade,
    user_id uuid not null,
    role text not null default 'member',
    primary key (team_id, user_id)
);

alter table public.teams enable row level security;
alter table public.team_members enable row level security;

create policy members_read_their_memberships on public.team_members
    for select to authenticated using (user_id = auth.uid());
