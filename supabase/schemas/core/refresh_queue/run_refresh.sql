-- Object: freshet.run_refresh()
-- Why: the statement after freshet.claim_refresh(), which has set its time limit.
create function freshet.run_refresh()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted constant text := nullif(current_setting('freshet.claimed_view', true), '');
    request_id bigint;
    requested_by text;
begin
    if wanted is null then
        return;
    end if;
    request_id := current_setting('freshet.held_request')::bigint;
    -- Refreshes that changes cause do not count for the limit of one refresh a minute by a person.
    select case r.requested_by when 'change' then 'change' else 'request' end into requested_by
    from analytics.refresh_requests as r
    where r.id = request_id;
    perform freshet.finish_refresh(request_id, freshet.attempt_refresh(wanted, coalesce(requested_by, 'request')));
    perform set_config('freshet.claimed_view', '', false);
    -- The refresh itself holds the same lock until its commit.
    perform pg_advisory_unlock(hashtextextended('freshet.refresh:' || wanted, 0));
end
$$;

revoke all on function freshet.run_refresh() from public, anon, authenticated;

comment on function freshet.run_refresh() is
    'Refreshes the view that freshet.claim_refresh() chose and writes its outcome. A view that fails or is cut off is an outcome; the job does not fail.';
