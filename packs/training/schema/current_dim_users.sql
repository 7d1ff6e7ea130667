-- Object: freshet.current_dim_users
-- Grain: dim_users: one row per member of an organisation; dim_scenarios: per scenario; dim_orgs: per organisation
-- Reads: public.users, org_members, scenarios, orgs: by triggers, and nightly
-- Why: reports join the facts with these and with no table of the applications. Somebody may be in several
--      organisations, with another role in each, so that the key of a user includes the organisation. A membership that
--      was given an end is over without a write: the nightly job sees that, and what was written past the triggers.
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

comment on view freshet.current_dim_users is 'What analytics.dim_users ought to hold. Grain: one row per member of an organisation.';
