-- Object: analytics.incidents.named_at, private.is_muted(), private.alert_family(), private.family_threshold()
-- Why: one deployment that breaks forty views is one piece of news. What has one cause is known by what it looks like: the
--      same kind, and for what a run said of its end the same SQLSTATE and message.

alter table analytics.incidents add column named_at timestamptz;
comment on column analytics.incidents.named_at is 'When the event of the incident that speaks for it named it.';
-- What was spoken for before is not told again.
update analytics.incidents set named_at = opened_at where cause_id is not null;

update analytics.alert_kinds
set severity = 'warning',
    summary = 'Several incidents with one cause, told as one: its severity is that of the worst of them.'
where kind = 'storm';

create function private.is_muted(incident analytics.incidents)
returns boolean
language sql
stable
set search_path = ''
as $$
    select exists (
        select
        from analytics.scheduled_jobs as d
        where d.job_name = incident.job_name
            and d.muted_until > clock_timestamp()
            -- Another owner's job of the name is not the one that was muted.
            and d.owner = coalesce(incident.evidence ->> 'owner', d.owner)
    );
$$;
revoke all on function private.is_muted(analytics.incidents) from public, anon, authenticated;
comment on function private.is_muted(analytics.incidents) is 'Whether nothing is to be told now of the job that the incident is about.';

create function private.alert_family(incident analytics.incidents)
returns text
language sql
stable
set search_path = ''
as $$
    select case
        when incident.kind not in ('failed', 'timed_out', 'http_failed') then incident.kind
        -- Class 42 says that a name or a right is gone that a command relies on: one migration takes several at once.
        when t.sqlstate like '42%' or t.message ~ ' does not exist|permission denied for ' then incident.kind || ' [42]'
        -- The text stays inside: it may hold anything.
        else incident.kind || coalesce(' [' || t.sqlstate || ']', '') || ' ' || left(md5(t.message), 8)
    end
    from (
        select
            incident.evidence ->> 'sqlstate' as sqlstate,
            -- What differs from one job to the next: names, values and figures.
            regexp_replace(
                replace(
                    split_part(coalesce(incident.evidence ->> 'message', ''), E'\n', 1),
                    regexp_replace(coalesce(incident.evidence ->> 'job', incident.subject), '^refresh-', ''), ''
                ),
                '"[^"]*"|''[^'']*''|[0-9]+', '', 'g'
            ) as message
    ) as t;
$$;
revoke all on function private.alert_family(analytics.incidents) from public, anon, authenticated;
comment on function private.alert_family(analytics.incidents) is
    'What an incident shares with others of one cause: its kind, and of how a run ended also the SQLSTATE and what the message says without names and figures.';

create function private.family_threshold(incident analytics.incidents)
returns integer
language sql
immutable
set search_path = ''
as $$
    -- Two refreshes that fail alike within an hour are hardly a coincidence; two jobs of different purposes may well be.
    select case when incident.kind = 'failed' and incident.job_name like 'refresh-%' then 2 else 5 end;
$$;
revoke all on function private.family_threshold(analytics.incidents) from public, anon, authenticated;
comment on function private.family_threshold(analytics.incidents) is
    'From how many incidents of its family within an hour on they are told as one.';
