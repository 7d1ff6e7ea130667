-- Object: freshet.texts_of_jobs()
-- Why: the work of a job is in its command, or in a function that it calls, and every search for it works the same way:
--      few functions match, so they are found first, and then the jobs that call them.
create function freshet.texts_of_jobs(pattern text)
returns table (job_name text, jobid bigint, schedule text, acts_as text, place text, text text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive candidates as materialized (
        select p.oid, p.proname::text as name, p.prosrc, case when p.prosecdef then pg_get_userbyid(p.proowner)::text end as definer
        from pg_proc as p
        join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname not in ('analytics', 'freshet', 'pg_catalog', 'information_schema', 'cron', 'net')
            and p.prokind in ('f', 'p')
    ),

    reached as (
        select c.oid, c.name, c.oid as source, c.definer, 1 as depth
        from candidates as c
        where c.prosrc ~* pattern
        union
        select c.oid, c.name, r.source, coalesce(r.definer, c.definer), r.depth + 1
        from reached as r
        join candidates as c
            on c.oid <> r.oid
            -- Cheaper than the pattern, which then has few texts left to search.
            and strpos(lower(c.prosrc), lower(r.name)) > 0
            and c.prosrc ~* ('\m' || regexp_replace(r.name, '([^\w])', '\\\1', 'g') || '"?\s*\(')
        where r.depth < 3
    ),

    jobs as (
        select j.job_name, j.jobid, j.schedule, j.owner, j.command
        from freshet.known_cron_jobs() as j
        where j.active and j.database = current_database()
    ),

    found as (
        select j.job_name, j.jobid, j.schedule, j.owner as acts_as, 'its command' as place, j.command as text
        from jobs as j
        where j.command ~* pattern
        union
        select j.job_name, j.jobid, j.schedule, coalesce(r.definer, j.owner), 'function ' || r.source::regprocedure, s.prosrc
        from jobs as j
        join reached as r
            on strpos(lower(j.command), lower(r.name)) > 0
            and j.command ~* ('\m' || regexp_replace(r.name, '([^\w])', '\\\1', 'g') || '"?\s*\(')
        join candidates as s on s.oid = r.source
    )

    select f.job_name, f.jobid, f.schedule, f.acts_as, f.place, c.text
    from found as f
    -- A commented-out call does nothing.
    cross join lateral (
        select regexp_replace(regexp_replace(f.text, '--[^\n]*', ' ', 'g'), '/\*.*?\*/', ' ', 'g') as text
    ) as c
    where c.text ~* pattern;
$$;

revoke all on function freshet.texts_of_jobs(text) from public, anon, authenticated;

comment on function freshet.texts_of_jobs(text) is
    'Commands of active jobs of this database, and functions that they reach within three calls, that match a pattern; each with the role that runs it.';
