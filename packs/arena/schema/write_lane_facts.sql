-- Object: freshet.write_lane_facts()
-- Why: one place brings facts to what their submissions say now, for the triggers and the backfill. Writers of one
--      submission wait for each other on its row, so the facts follow in the same order. What is right already is not
--      written, so that views and cached answers over the facts stay valid. *<>: 1.0 and 1.00 are different answers.
create function freshet.write_lane_facts(submission_ids uuid[])
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    written bigint := 0;
    removed bigint := 0;
begin
    -- Lanes are numbered without a gap. Asked first: a delete of nothing would count as a change of the facts.
    -- Subqueries and "offset 0": each submission is looked up by its key. A join could parse the scores of all of them.
    if exists (
        select
        from unnest(submission_ids) as k (submission_id)
        join analytics.fact_lane_scores as f on f.submission_id = k.submission_id
        where f.lane_number > (select count(*) from freshet.submitted_lane_scores as s where s.submission_id = k.submission_id)
    ) then
        delete from analytics.fact_lane_scores as f
        using unnest(submission_ids) as k (submission_id)
        where f.submission_id = k.submission_id
            and f.lane_number > (select count(*) from freshet.submitted_lane_scores as s where s.submission_id = k.submission_id);
        get diagnostics removed = row_count;
    end if;

    if exists (
        select
        from unnest(submission_ids) as k (submission_id)
        cross join lateral (select w.* from freshet.submitted_lane_scores as w where w.submission_id = k.submission_id offset 0) as s
        where (
            select (f.*) operator(pg_catalog.*=) (s.*)
            from analytics.fact_lane_scores as f
            where f.submission_id = s.submission_id and f.lane_number = s.lane_number
        ) is not true
    ) then
        insert into analytics.fact_lane_scores as f (
            submission_id, lane_number, agent_id, challenge_id, created_at, lane_key, lane_score, lane_value, flaw
        )
        select
            s.submission_id, s.lane_number, s.agent_id, s.challenge_id, s.created_at, s.lane_key, s.lane_score, s.lane_value, s.flaw
        from unnest(submission_ids) as k (submission_id)
        cross join lateral (select w.* from freshet.submitted_lane_scores as w where w.submission_id = k.submission_id offset 0) as s
        on conflict (submission_id, lane_number) do update
        set agent_id = excluded.agent_id,
            challenge_id = excluded.challenge_id,
            created_at = excluded.created_at,
            lane_key = excluded.lane_key,
            lane_score = excluded.lane_score,
            lane_value = excluded.lane_value,
            flaw = excluded.flaw
        where (f.*) operator(pg_catalog.*<>) (excluded.*);
        get diagnostics written = row_count;
    end if;
    return written + removed;
end
$$;

revoke all on function freshet.write_lane_facts(uuid[]) from public, anon, authenticated;

comment on function freshet.write_lane_facts(uuid[]) is
    'Brings the lane facts of submissions to what the submissions say. submission_ids: each once. Returns how many facts were written or removed. Idempotent.';
