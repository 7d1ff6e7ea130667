-- Object: freshet.outdated_dim_users
-- Grain: one row per member whose row of analytics.dim_users is missing, wrong or left over
-- Why: the synchronisation writes only what differs.
create view freshet.outdated_dim_users with (security_invoker = on) as
(
    select c.org_id, c.user_id, c.name, c.email, c.role, c.is_active, c.created_at from freshet.current_dim_users as c
    except
    select d.org_id, d.user_id, d.name, d.email, d.role, d.is_active, d.created_at from analytics.dim_users as d
)
union all
(
    select d.org_id, d.user_id, d.name, d.email, d.role, d.is_active, d.created_at from analytics.dim_users as d
    except
    select c.org_id, c.user_id, c.name, c.email, c.role, c.is_active, c.created_at from freshet.current_dim_users as c
);

revoke all on table freshet.outdated_dim_users from public, anon, authenticated;

comment on view freshet.outdated_dim_users is 'Differences between analytics.dim_users and freshet.current_dim_users.';
