create type public.order_status as enum ('placed', 'paid', 'cancelled');

create table public.orders (
    id bigint generated always as identity primary key,
    team_id uuid not null references public.teams (id),
    status public.order_status not null default 'placed',
    total numeric(12, 2) not null,
    placed_at timestamptz not null default now()
);

alter table public.orders enable row level security;

create policy members_read_their_orders on public.orders
    for select to authenticated using (
        team_id in (select m.team_id from public.team_members as m where m.user_id = auth.uid())
    );
