-- Object: freshet.digest_refusal()
-- Why: one place decides whether a manager may get a digest: when the week is planned, when the mail is claimed, and
--      right before it is sent. A mail names people, so a manager who has left meanwhile must not get it.
create function freshet.digest_refusal(org_id uuid, manager_id text, email text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when not exists (
            select
            from public.org_members as m
            where m.org_id = digest_refusal.org_id
                and m.user_id = digest_refusal.manager_id
                and m.role in ('admin', 'manager')
                and (m.left_at is null or m.left_at > now())
        ) then 'not_a_manager'
        when coalesce(digest_refusal.email, '') = '' then 'no_address'
        when freshet.has_opted_out(digest_refusal.org_id, digest_refusal.manager_id, digest_refusal.email) then 'opted_out'
    end;
$$;

revoke all on function freshet.digest_refusal(uuid, text, text) from public, anon, authenticated;

comment on function freshet.digest_refusal(uuid, text, text) is
    'Why no digest may be sent: not_a_manager (any more) of the organisation, no_address, or opted_out; null where it may.';
