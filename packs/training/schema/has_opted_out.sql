-- Object: freshet.has_opted_out()
-- Why: one place decides whether a digest may be sent, when a week is planned and again when a mail is claimed.
create function freshet.has_opted_out(org_id uuid, manager_id text, email text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from analytics.digest_opt_outs as o
        where (o.org_id = has_opted_out.org_id and o.manager_id = has_opted_out.manager_id and o.email is null)
            -- An address that bounced or complained gets no mail, whichever manager or organisation it was about.
            or lower(o.email) = lower(has_opted_out.email)
    );
$$;

revoke all on function freshet.has_opted_out(uuid, text, text) from public, anon, authenticated;

comment on function freshet.has_opted_out(uuid, text, text) is
    'Whether the manager unsubscribed from digests of the organisation, or this address bounced, complained or is suppressed, in whichever organisation.';
