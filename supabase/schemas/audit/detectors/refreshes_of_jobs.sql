-- Object: freshet.refreshes_of_jobs(), used by the detectors of kinds unrefreshed, refresh_denied and locking_refresh
-- Why: a view that no job refreshes raises no error and never changes; a job whose role does not own its view fails at
--      night; and a plain refresh makes every reader wait where a concurrent one would not. The catalogue shows all
--      three.
create function freshet.refreshes_of_jobs()
returns table (
    job_name text, jobid bigint, schedule text, acts_as text, place text, is_dynamic boolean,
    relation oid, view_name text, is_concurrent boolean, is_emptying boolean
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with texts as materialized (
        -- Once for each text, not for each refresh in it: a command may spell out ten thousand.
        select t.*, freshet.is_dynamic_refresh(t.text) as is_dynamic
        from freshet.texts_of_jobs('\mrefresh\s+materialized\s+view\M') as t
    ),

    views as materialized (select w.* from freshet.watchable_views() as w)

    select
        t.job_name, t.jobid, t.schedule, t.acts_as, t.place, t.is_dynamic,
        v.relation, v.schema_name || '.' || v.relation_name, r.is_concurrent, r.is_emptying
    from texts as t
    left join lateral (select distinct n.* from freshet.refreshes_in(t.text) as n) as r on true
    left join views as v on v.relation_name = r.relation_name and v.schema_name = coalesce(r.schema_name, v.schema_name);
$$;

revoke all on function freshet.refreshes_of_jobs() from public, anon, authenticated;

comment on function freshet.refreshes_of_jobs() is
    'Which views the active jobs refresh, as far as their commands and the functions that they call spell it out. A name without a schema means each view of that name.';
