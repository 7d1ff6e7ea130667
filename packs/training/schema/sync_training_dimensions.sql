-- Object: analytics.sync_training_dimensions()
-- Grain: dim_users: one row per member of an organisation; dim_scenarios: per scenario; dim_orgs: per organisation
-- Reads: public.users, org_members, scenarios, orgs: by triggers, and nightly
-- Why: reports join the facts with these and with no table of the applications. Somebody may be in several
--      organisations, with another role in each, so that the key of a user includes the organisation. A membership that
--      was given an end is over without a write: the nightly job sees that, and what was written past the triggers.
create function analytics.sync_training_dimensions()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.sync_dim_orgs(array(select distinct o.org_id from freshet.outdated_dim_orgs as o));
    select freshet.sync_dim_scenarios(array(select distinct o.scenario_id from freshet.outdated_dim_scenarios as o));
    select freshet.sync_dim_users(array(select distinct o.user_id from freshet.outdated_dim_users as o));
$$;

revoke all on function analytics.sync_training_dimensions() from public, anon, authenticated;

comment on function analytics.sync_training_dimensions() is
    'Brings dim_orgs, dim_scenarios and dim_users up to date, whatever happened to them. Writes only what differs. Idempotent.';

select analytics.sync_training_dimensions();

select analytics.register_job(
    job_name => 'sync-training-dimensions',
    schedule => '5 0 * * *',
    command => 'set statement_timeout = ''5min''; set lock_timeout = ''5s''; select analytics.sync_training_dimensions()'
);
