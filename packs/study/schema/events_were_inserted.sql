-- Object: freshet.events_were_inserted()
-- Why: a day's figures count its events.
create function freshet.events_were_inserted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into freshet.study_changes (user_id, changed_on)
    select distinct n.user_id, (n.created_at at time zone 'UTC')::date
    from new_rows as n;
    return null;
end
$$;

revoke all on function freshet.events_were_inserted() from public, anon, authenticated;

comment on function freshet.events_were_inserted() is 'Statement trigger of public.study_events.';
