-- Object: analytics.claim_export()
-- Why: a lease, because a call of an edge function may end at any moment without a word. An export whose work began six
--      times without progress fails: it would stop the call each time, and keep its caller's place for ever.
create function analytics.claim_export(export_id uuid default null)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Longer than a call lives (150 s, 400 s on paid plans), also while it freezes.
    lease constant interval := interval '7 minutes';
    most_attempts constant integer := 5;
    job analytics.export_jobs;
begin
    loop
        select j.* into job
        from analytics.export_jobs as j
        where j.finished_at is null
            and (j.lease_until is null or j.lease_until < clock_timestamp())
            and (
                j.export_id = claim_export.export_id
                or claim_export.export_id is null and freshet.awaits_step(j)
            )
        order by j.attempts_count, j.requested_at
        limit 1
        for update skip locked;
        if not found then
            return null;
        end if;
        exit when job.attempts_count < most_attempts;
        perform freshet.end_export(job.export_id, 'failed', 'GAVE_UP');
        -- No call is left that would report it.
        perform analytics.report_failed_answer(
            'export/work', job.export_id, format('an export of %s was given up: five attempts made no progress', job.resource)
        );
    end loop;

    update analytics.export_jobs as j
    set lease_token = gen_random_uuid(), lease_until = clock_timestamp() + lease, attempts_count = j.attempts_count + 1
    where j.export_id = job.export_id
    returning j.* into job;
    return jsonb_build_object(
        'export', freshet.shown_export(job),
        'lease_token', job.lease_token,
        'upload_url', job.upload_url,
        'scope', job.request -> 'scope',
        'scope_values', job.snapshot -> 'scope_values',
        'chunks', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object('plain_byte_count', c.plain_byte_count, 'byte_count', c.byte_count, 'crc32', c.crc32)
                    order by c.chunk
                ),
                '[]'
            )
            from analytics.export_chunks as c
            where c.export_id = job.export_id
        )
    );
end
$$;

revoke all on function analytics.claim_export(uuid) from public, anon, authenticated;

grant execute on function analytics.claim_export(uuid) to service_role;

comment on function analytics.claim_export(uuid) is
    'Leases an export for seven minutes, the one with this id, or of those that no call works on the one with the fewest attempts, the oldest first; null where there is none. Service role only. Answers {export, lease_token, upload_url, scope, scope_values, chunks}.';
