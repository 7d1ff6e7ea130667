-- Object: freshet.unread_history()
-- Why: an alert about lost history says how many runs may be missing.
create function freshet.unread_history(last_runid bigint)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with newer as (
        select max(d.runid) as newest, count(*) as kept from cron.job_run_details as d where d.runid > last_runid
    ),
    given as (
        -- The last number that pg_cron gave out, 0 before the first; null where the sequence is not readable.
        select (
            select case when has_sequence_privilege('cron.runid_seq', 'select') then coalesce(s.last_value, 0) end
            from pg_catalog.pg_sequences as s
            where s.schemaname = 'cron' and s.sequencename = 'runid_seq'
        ) as newest
    ),
    missing as (
        select
            greatest(n.newest, g.newest, last_runid) - last_runid - n.kept as runs,
            n.newest is null and g.newest is null as is_unknown
        from newer as n
        cross join given as g
    )
    select case
        when m.is_unknown then 'and whether runs went with it that were not read cannot be known'
        when m.runs > 0 then format('and with it as many as %s runs that were not read: whether they failed will never be known', m.runs)
        else 'which had been read'
    end
    from missing as m;
$$;

revoke all on function freshet.unread_history(bigint) from public, anon, authenticated;

comment on function freshet.unread_history(bigint) is
    'What was lost with a deleted history: the runids above the last read one that were given out and have no row.';
