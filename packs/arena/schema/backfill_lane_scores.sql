-- Object: analytics.backfill_lane_scores()
-- Why: writes the lane facts of submissions that existed before the triggers, or were written past them, as a bulk load
--      with session_replication_role = replica is, and removes facts without a submission. Each call does one batch in a
--      transaction of its own, so that writers wait for one batch at most. To run it to its end:
--
--      do $$ declare done_to uuid; begin
--          loop
--              done_to := analytics.backfill_lane_scores(done_to);
--              exit when done_to is null;
--              commit;
--          end loop;
--      end $$;
create function analytics.backfill_lane_scores(after_id uuid default null, batch_size integer default 10000)
returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    examined uuid[];
    last_id uuid;
begin
    if batch_size is null or batch_size < 1 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('batch_size is %s', coalesce(batch_size::text, 'null')),
            hint = 'Give 1 or more.';
    end if;
    -- No submission may change between this read and the write of its facts.
    select coalesce(array_agg(b.id order by b.id), '{}') into examined
    from (
        select s.id
        from public.submissions as s
        where after_id is null or s.id > after_id
        order by s.id
        limit batch_size
        for share
    ) as b;
    last_id := examined[batch_size];

    perform freshet.write_lane_facts(examined || array(
        select distinct f.submission_id
        from analytics.fact_lane_scores as f
        where (after_id is null or f.submission_id > after_id)
            and (last_id is null or f.submission_id <= last_id)
            and f.submission_id <> all (examined)
    ));
    raise notice 'backfill of lane scores: % submissions, %', cardinality(examined), coalesce('up to ' || last_id, 'finished');
    return last_id;
end
$$;

revoke all on function analytics.backfill_lane_scores(uuid, integer) from public, anon, authenticated;

comment on function analytics.backfill_lane_scores(uuid, integer) is
    'Brings the lane facts of the next batch of submissions, by id, up to date. Returns the last id of the batch, for the next call; null after the last. A batch that needs nothing writes nothing. Idempotent.';
