-- Object: freshet.current_dim_users
-- Grain: one row per member of an organisation
-- Reads: public.users, public.org_members
-- Serves: the synchronisation of analytics.dim_users
-- Why: one place maps a member to its row of the dimension.
create view freshet.current_dim_users with (security_invoker = on) as
select
    m.org_id,
    m.user_id,
    u.name,
    u.email,
    m.role,
    m.left_at is null or m.left_at > now() as is_active,
    u.created_at
from public.org_members as m
join public.users as u on u.id = m.user_id;

revoke all on table freshet.current_dim_users from public, anon, authenticated;

comment on view freshet.current_dim_users is
    'The rows that analytics.dim_users should hold. Grain: one row per member of an organisation.';
