-- Object: freshet.settle_causes()
-- Why: an incident must be listed in an event that is really sent, so chains of causes are shortened to their root.
create function freshet.settle_causes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A cause that has a cause itself lists nothing: the incident that stands for it does.
    loop
        update analytics.incidents as i
        set cause_id = c.cause_id
        from analytics.incidents as c
        where c.incident_id = i.cause_id and c.cause_id is not null and c.closed_at is null;
        exit when not found;
    end loop;
end
$$;

revoke all on function freshet.settle_causes() from public, anon, authenticated;

comment on function freshet.settle_causes() is
    'Points every cause_id to an incident that is announced itself. Idempotent.';
