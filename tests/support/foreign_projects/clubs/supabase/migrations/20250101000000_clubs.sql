create schema private;

create table public.users (
    id uuid primary key default gen_random_uuid(),
    name text not null
);

create table public.teams (
    id bigint generated always as identity primary key,
    club text not null,
    name text not null
);

create table private.members (
    club text not null,
    user_id uuid not null references public.users (id) on delete cascade,
    primary key (club, user_id)
);

create table public.games (
    id bigint generated always as identity primary key,
    team_id bigint not null references public.teams (id),
    club text not null,
    played_at timestamptz not null,
    goals integer not null check (goals >= 0)
);

alter table public.users enable row level security;
alter table public.teams enable row level security;
alter table private.members enable row level security;
alter table public.games enable row level security;

create function private.touch() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger touch before update on public.games for each row execute function private.touch();

create function private.add_club(event jsonb)
returns jsonb
language sql
stable
as $$
    select jsonb_build_object('claims', event -> 'claims' || jsonb_build_object('club', (
        select m.club from private.members as m where m.user_id = (event ->> 'user_id')::uuid limit 1
    )));
$$;

grant usage on schema private to supabase_auth_admin;
grant execute on function private.add_club(jsonb) to supabase_auth_admin;
revoke execute on function private.add_club(jsonb) from authenticated, anon, public;
