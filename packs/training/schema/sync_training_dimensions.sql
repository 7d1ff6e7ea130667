-- Object: analytics.sync_training_dimensions()
-- Why: a membership with an end date is over without a write, and rows may be written past the triggers.
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
    'Brings dim_orgs, dim_scenarios and dim_users up to date, however their rows came to differ. Writes only what differs. Idempotent.';

select analytics.sync_training_dimensions();

select analytics.register_job(
    job_name => 'sync-training-dimensions',
    schedule => '5 0 * * *',
    command => 'set statement_timeout = ''5min''; set lock_timeout = ''5s''; select analytics.sync_training_dimensions()'
);
