-- Object: analytics.take_digest_event()
-- Why: the delivery is known by the tag that the mail carries, and not by the provider's id: a bounce may come before the
--      sender has settled. The address must be that of the delivery, since other deployments may share the account.
create function analytics.take_digest_event(message_id text, reason text, delivery_id bigint, email text)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    delivery analytics.digest_deliveries;
begin
    delete from freshet.digest_events as e where e.taken_at < now() - interval '8 days';
    insert into freshet.digest_events (message_id) values (take_digest_event.message_id) on conflict do nothing;
    if not found then
        return 'replayed';
    end if;
    select d.* into delivery
    from analytics.digest_deliveries as d
    where d.delivery_id = take_digest_event.delivery_id and lower(d.email) = lower(take_digest_event.email);
    if not found then
        return 'unknown';
    end if;

    if take_digest_event.reason = 'failed' then
        if delivery.status = 'claimed' then
            raise exception using
                errcode = 'object_not_in_prerequisite_state',
                message = format('digest %s is not settled yet', delivery.delivery_id),
                hint = 'The provider sends the message again.';
        end if;
        update analytics.digest_deliveries as d
        set status = 'failed', error_code = 'failed_at_provider'
        where d.delivery_id = delivery.delivery_id and d.status = 'sent';
        return 'taken';
    end if;

    -- The address is the same in each organisation that sent to it.
    insert into analytics.digest_opt_outs as o (org_id, manager_id, reason, email)
    select distinct d.org_id, d.manager_id, take_digest_event.reason, delivery.email
    from analytics.digest_deliveries as d
    where lower(d.email) = lower(delivery.email)
    on conflict (org_id, manager_id, reason) do update set email = excluded.email, opted_out_at = excluded.opted_out_at;
    return 'taken';
end
$$;

revoke all on function analytics.take_digest_event(text, text, bigint, text) from public, anon, authenticated;

grant execute on function analytics.take_digest_event(text, text, bigint, text) to service_role;

comment on function analytics.take_digest_event(text, text, bigint, text) is
    'Takes one verified message of the mail provider. reason bounced, complained or suppressed: no further digest goes to the address; failed: the mail counts as failed. Answers taken; replayed for an id that was taken before; unknown where no delivery has this id and address. Idempotent by message_id. Raises 55000 for failed before the mail is settled: send it again. Service role only.';
