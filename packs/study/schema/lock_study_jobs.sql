-- Object: freshet.lock_study_jobs()
-- Why: the fold, the nightly batch, a drop of old months and an erasure write the same rows. One of them at a time runs a
--      transaction, so none computes from rows that another is about to delete.
create function freshet.lock_study_jobs()
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select pg_advisory_xact_lock(hashtextextended('freshet.study_jobs', 0));
$$;

revoke all on function freshet.lock_study_jobs() from public, anon, authenticated, service_role;

comment on function freshet.lock_study_jobs() is
    'Waits until no other transaction of the pack''s jobs or of an erasure is under way, and holds until this one ends.';
