-- Object: analytics.unsubscribe_from_digests()
-- Why: a link in a mail must work without a login (RFC 8058), so the random token of the mail is the whole proof.
create function analytics.unsubscribe_from_digests(token uuid)
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.digest_opt_outs (org_id, manager_id, reason)
    select d.org_id, d.manager_id, 'unsubscribed'
    from analytics.digest_deliveries as d
    where d.unsubscribe_token = token
    on conflict do nothing;

    select exists (select from analytics.digest_deliveries as d where d.unsubscribe_token = token);
$$;

revoke all on function analytics.unsubscribe_from_digests(uuid) from public, anon, authenticated;

grant execute on function analytics.unsubscribe_from_digests(uuid) to service_role;

comment on function analytics.unsubscribe_from_digests(uuid) is
    'Stops the digests of the organisation for the manager to whom the mail with this token went. Returns false for an unknown token. Idempotent. Service role only.';
