-- Object: analytics.defer_digests()
-- Why: a rate limit, a quota or an outage of the provider is about all mails: the wait stops every sender. A batch of
--      which none was sent is thawed, so that it is made again after the wait: an opt-out meanwhile counts.
create function analytics.defer_digests(
    lease_id uuid,
    error_code text,
    retry_after interval,
    is_refused boolean default false,
    is_unsent boolean default false
)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    deferred_count integer;
    is_thawed constant boolean := is_refused or is_unsent;
begin
    update analytics.digest_deliveries as d
    set error_code = defer_digests.error_code,
        lease_id = null,
        status = case when is_refused then 'pending' else 'claimed' end,
        claimed_until = case when not is_refused then clock_timestamp() + retry_after end,
        batch_id = case when not is_refused then d.batch_id end,
        is_alone = d.is_alone or is_refused,
        frozen_at = case when not is_thawed then d.frozen_at end,
        batch_key = case when not is_thawed then d.batch_key end,
        subject = case when not is_thawed then d.subject end,
        html = case when not is_thawed then d.html end,
        plain_text = case when not is_thawed then d.plain_text end
    where d.lease_id = defer_digests.lease_id and d.status = 'claimed';
    get diagnostics deferred_count = row_count;
    return deferred_count;
end
$$;

revoke all on function analytics.defer_digests(uuid, text, interval, boolean, boolean) from public, anon, authenticated;

grant execute on function analytics.defer_digests(uuid, text, interval, boolean, boolean) to service_role;

comment on function analytics.defer_digests(uuid, text, interval, boolean, boolean) is
    'Gives the leased batch back: it is repeated unchanged after the wait. is_unsent: no attempt since it was frozen can have sent it, so it is made again. is_refused: the provider refused the batch as invalid and sent none of it; each mail is then sent in a request of its own. Returns how many were given back: 0 where the lease is lost. Service role only.';
