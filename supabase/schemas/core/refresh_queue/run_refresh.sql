-- Object: freshet.run_refresh()
-- Why: a job takes one view after another, each with its own time limit. The limit of a statement counts from its begin, so
--      the view is chosen in one statement, which sets the limit, and refreshed in the next one. What was chosen is
--      committed before the work begins, so that an attempt which kills its process was counted.
create function freshet.run_refresh()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted constant text := nullif(current_setting('freshet.claimed_view', true), '');
    request_id bigint;
begin
    if wanted is null then
        return;
    end if;
    request_id := current_setting('freshet.held_request')::bigint;
    perform freshet.finish_refresh(request_id, freshet.attempt_refresh(wanted, 'request'));
    perform set_config('freshet.claimed_view', '', false);
    -- The refresh itself holds the same lock until its commit.
    perform pg_advisory_unlock(hashtextextended('freshet.refresh:' || wanted, 0));
end
$$;

revoke all on function freshet.run_refresh() from public, anon, authenticated;

comment on function freshet.run_refresh() is
    'Refreshes the view that freshet.claim_refresh() chose and writes its outcome. A view that fails, or is cut off, is an outcome and no failure of the job.';
