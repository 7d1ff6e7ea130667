-- Object: analytics.audit_pass()
-- Why: findings, incidents, alerts and the watermark move together, in one transaction, or not at all.
create function analytics.audit_pass(dry_run boolean default false, calendar jsonb default null)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    called_at constant timestamptz := clock_timestamp();
    answer jsonb;
begin
    -- Two passes at once: the second waits a moment and then finds nothing new, or returns. No other lock is worth more
    -- of the statement's time either.
    perform set_config('lock_timeout', '2s', true);
    begin
        perform pg_advisory_xact_lock(hashtextextended('freshet.audit', 0));
    exception
        when lock_not_available then
            return jsonb_build_object('is_busy', true);
    end;
    begin
        answer := freshet.run_audit_pass(calendar, called_at);
        if dry_run then
            raise exception using errcode = 'FRDRY', message = 'dry run';
        end if;
    exception
        -- Rolls back what the pass wrote; the answer is in a variable, and stays.
        when sqlstate 'FRDRY' then
            null;
    end;
    return answer;
end
$$;

revoke all on function analytics.audit_pass(boolean, jsonb) from public, anon, authenticated;

grant execute on function analytics.audit_pass(boolean, jsonb) to service_role;

comment on function analytics.audit_pass(boolean, jsonb) is
    'Audits once and returns what it found, or {"is_busy": true} while another pass runs. Service role only. dry_run: does the same and writes nothing. calendar: the slots computed from analytics.audit_calendar_request(); without it slots are not judged. Safe to repeat and to run twice at once.';
