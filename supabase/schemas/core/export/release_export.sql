-- Object: analytics.release_export()
-- Why: a call that has done its step lets the next one begin at once. One without progress met a passing fault, and leaves
--      it time to pass: 1, 2, 4 and 8 minutes, so that a quarter of an hour without storage ends no export.
create function analytics.release_export(export_id uuid, lease_token uuid)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant analytics.export_jobs := freshet.leased_export(release_export.export_id, release_export.lease_token);
begin
    update analytics.export_jobs as j
    set lease_token = null,
        lease_until = case
            when j.attempts_count between 1 and 4 then clock_timestamp() + interval '30 seconds' * 2 ^ j.attempts_count
        end
    where j.export_id = job.export_id;
end
$$;

revoke all on function analytics.release_export(uuid, uuid) from public, anon, authenticated;

grant execute on function analytics.release_export(uuid, uuid) to service_role;

comment on function analytics.release_export(uuid, uuid) is
    'Ends the lease of an export that is not finished. After a step without progress no call takes it for 1, 2, 4 or 8 minutes. Service role only. Raises PT409 without the lease.';
