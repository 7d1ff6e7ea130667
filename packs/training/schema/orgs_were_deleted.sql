-- Object: freshet.orgs_were_deleted()
-- Why: the API hides a deleted organisation at each read. BI tools read the views themselves, which hold it until their
--      next refresh, up to a day later: so a deletion requests a refresh of the pack, which the queue starts within
--      seconds.
create function freshet.orgs_were_deleted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from old_rows) then
        perform freshet.request_refresh(null, 'training', 'database');
    end if;
    return null;
end
$$;

revoke all on function freshet.orgs_were_deleted() from public, anon, authenticated;

comment on function freshet.orgs_were_deleted() is 'Statement trigger of public.orgs: after a deletion the views of the training pack are refreshed.';
