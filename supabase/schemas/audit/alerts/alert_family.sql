-- Object: freshet.alert_family()
-- Why: one deployment that breaks forty views is one alert. Incidents with one cause look alike: the same kind, and for
--      failed runs the same SQLSTATE and message.
create function freshet.alert_family(incident analytics.incidents)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when incident.kind not in ('failed', 'timed_out', 'http_failed') then incident.kind
        -- Class 42: a name or a right that a command relies on is missing. One migration takes several at once.
        when t.sqlstate like '42%' or t.message ~ ' does not exist|permission denied for ' then incident.kind || ' [42]'
        -- Only a hash: the text may hold anything.
        else incident.kind || coalesce(' [' || t.sqlstate || ']', '') || ' ' || left(md5(t.message), 8)
    end
    from (
        select
            incident.evidence ->> 'sqlstate' as sqlstate,
            -- Removes what differs from one job to the next: names, values and numbers.
            regexp_replace(
                replace(
                    split_part(coalesce(incident.evidence ->> 'message', ''), E'\n', 1),
                    regexp_replace(coalesce(incident.evidence ->> 'job', incident.subject), '^refresh-', ''), ''
                ),
                '"[^"]*"|''[^'']*''|[0-9]+', '', 'g'
            ) as message
    ) as t;
$$;

revoke all on function freshet.alert_family(analytics.incidents) from public, anon, authenticated;

comment on function freshet.alert_family(analytics.incidents) is
    'What an incident shares with others of one cause: its kind, and for the end of a run also the SQLSTATE and the message without names and numbers.';
