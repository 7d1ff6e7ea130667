-- Object: analytics.settle_digests()
-- Why: only the holder of the lease settles. A sender that lost it may be right about its mails, but the next one repeats
--      the batch with the same key and gets the same answer.
create function analytics.settle_digests(lease_id uuid, results jsonb)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- The local data API sends jsonb as a text within jsonb.
    given constant jsonb := case when jsonb_typeof(results) = 'string' then (results #>> '{}')::jsonb else results end;
    settled_count integer;
begin
    update analytics.digest_deliveries as d
    set status = case when r.provider_id is not null then 'sent' else 'failed' end,
        provider_id = r.provider_id,
        error_code = case when r.provider_id is null then coalesce(r.error_code, 'unknown') end,
        settled_at = clock_timestamp(), claimed_until = null, lease_id = null,
        figures = null, subject = null, html = null, plain_text = null
    from jsonb_to_recordset(given) as r (delivery_id bigint, provider_id text, error_code text)
    where d.delivery_id = r.delivery_id and d.lease_id = settle_digests.lease_id and d.status = 'claimed';
    get diagnostics settled_count = row_count;
    return settled_count;
end
$$;

revoke all on function analytics.settle_digests(uuid, jsonb) from public, anon, authenticated;

grant execute on function analytics.settle_digests(uuid, jsonb) to service_role;

comment on function analytics.settle_digests(uuid, jsonb) is
    'Settles mails of the leased batch, [{delivery_id, provider_id, error_code}]: sent with a provider_id, else failed. Figures and bodies are deleted. Returns how many were settled: 0 where the lease is lost. Service role only.';
