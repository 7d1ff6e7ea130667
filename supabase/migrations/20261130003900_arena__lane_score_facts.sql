-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/arena/schema/backfill_lane_scores.sql

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

-- packs/arena/schema/fact_lane_scores.sql

-- Object: analytics.fact_lane_scores
-- Grain: one row per scored submission and lane
-- Reads: public.submissions, by triggers
-- Why: a refresh of a challenge with many submissions would parse the scores of all of them to add one. They are parsed
--      once, when they are written; a refresh then reads the numbers of one lane from an index, in their order.
-- Why not by month: a lane is read over all time, and the facts of a submission go with it.
-- Why lane_number: the name of a lane can be longer than a key may be, and then it is a flaw.
-- Why the checks: as in freshet.submitted_lane_scores, for rows that reach the table past the triggers.
create table analytics.fact_lane_scores (
    submission_id uuid not null,
    lane_number integer not null,
    agent_id uuid not null,
    challenge_id uuid not null,
    created_at timestamptz not null,
    lane_key text not null,
    lane_score numeric check (abs(lane_score) < 1e15 and scale(trim_scale(lane_score)) <= 100),
    lane_value jsonb,
    flaw text,
    primary key (submission_id, lane_number),
    check ((lane_score is null) = (flaw is not null)),
    check (
        flaw is not null
        or created_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00' and length(lane_key) between 1 and 200
    )
);

alter table analytics.fact_lane_scores enable row level security;

revoke all on table analytics.fact_lane_scores from public, anon, authenticated;

comment on table analytics.fact_lane_scores is
    'Lane scores of scored submissions, written by triggers of public.submissions. Repair: analytics.backfill_lane_scores().';

comment on column analytics.fact_lane_scores.lane_number is
    'Place of the lane in the submission''s scores, from 1 on: jsonb orders names by length, then by bytes.';

comment on column analytics.fact_lane_scores.created_at is 'When the submission was made.';

comment on column analytics.fact_lane_scores.lane_score is 'Null where the value cannot be read.';

comment on column analytics.fact_lane_scores.lane_value is 'As submitted, where lane_score is null; null elsewhere.';

comment on column analytics.fact_lane_scores.flaw is 'Why the value is left out; null where lane_score could be read.';

-- packs/arena/schema/submissions_were_deleted.sql

-- Object: freshet.submissions_were_deleted()
-- Why: lane facts are copies of scored submissions, and are gone with them; see freshet.write_lane_facts().
create function freshet.submissions_were_deleted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
begin
    select array_agg(o.id) into ids from old_rows as o where o.status = 'scored' and o.final_lane_scores is not null;
    if ids is not null then
        perform freshet.write_lane_facts(ids);
    end if;
    return null;
end
$$;

revoke all on function freshet.submissions_were_deleted() from public, anon, authenticated;

comment on function freshet.submissions_were_deleted() is
    'Statement trigger of public.submissions: removes the lane facts of deleted submissions.';

-- packs/arena/schema/submissions_were_inserted.sql

-- Object: freshet.submissions_were_inserted()
-- Why: lane facts are copies of scored submissions; see freshet.write_lane_facts().
create function freshet.submissions_were_inserted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
begin
    select array_agg(n.id) into ids from new_rows as n where n.status = 'scored' and n.final_lane_scores is not null;
    if ids is not null then
        perform freshet.write_lane_facts(ids);
    end if;
    return null;
end
$$;

revoke all on function freshet.submissions_were_inserted() from public, anon, authenticated;

comment on function freshet.submissions_were_inserted() is
    'Statement trigger of public.submissions: writes the lane facts of scored submissions.';

-- packs/arena/schema/submissions_were_truncated.sql

-- Object: freshet.submissions_were_truncated()
-- Why: truncate fires no delete trigger.
create function freshet.submissions_were_truncated()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from analytics.fact_lane_scores) then
        truncate analytics.fact_lane_scores;
    end if;
    return null;
end
$$;

revoke all on function freshet.submissions_were_truncated() from public, anon, authenticated;

comment on function freshet.submissions_were_truncated() is
    'Statement trigger of public.submissions: empties analytics.fact_lane_scores with it.';

-- packs/arena/schema/submissions_were_updated.sql

-- Object: freshet.submissions_were_updated()
-- Why: lane facts are copies of scored submissions; see freshet.write_lane_facts().
-- Why as text: jsonb takes 1.0 and 1.00 as equal, and they are different answers.
create function freshet.submissions_were_updated()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
begin
    -- No join of the two tables: PostgreSQL keeps the plan of a trigger for the session. A row that appears in both with
    -- the same content has not changed.
    select array_agg(distinct c.id) into ids
    from (
        select u.id
        from (
            select o.id, o.agent_id, o.challenge_id, o.created_at, o.final_lane_scores::text as scores
            from old_rows as o
            where o.status = 'scored' and o.final_lane_scores is not null
            union all
            select n.id, n.agent_id, n.challenge_id, n.created_at, n.final_lane_scores::text
            from new_rows as n
            where n.status = 'scored' and n.final_lane_scores is not null
        ) as u
        group by u.id, u.agent_id, u.challenge_id, u.created_at, u.scores
        having count(*) = 1
    ) as c;
    if ids is not null then
        perform freshet.write_lane_facts(ids);
    end if;
    return null;
end
$$;

revoke all on function freshet.submissions_were_updated() from public, anon, authenticated;

comment on function freshet.submissions_were_updated() is
    'Statement trigger of public.submissions: writes, changes and removes lane facts with the submission, and writes nothing when no content of a fact has changed.';

-- packs/arena/schema/write_lane_facts.sql

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

-- packs/arena/schema/submissions.sql

create trigger submissions_were_inserted after insert on public.submissions
    referencing new table as new_rows
    for each statement execute function freshet.submissions_were_inserted();

create trigger submissions_were_updated after update on public.submissions
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.submissions_were_updated();

create trigger submissions_were_deleted after delete on public.submissions
    referencing old table as old_rows
    for each statement execute function freshet.submissions_were_deleted();

create trigger submissions_were_truncated after truncate on public.submissions
    for each statement execute function freshet.submissions_were_truncated();

-- packs/arena/schema/submitted_lane_scores.sql

-- Object: freshet.submitted_lane_scores
-- Grain: one row per scored submission and lane
-- Reads: public.submissions
-- Serves: analytics.fact_lane_scores, which is filled from it
-- Why: one place decides how a lane score is read from jsonb, because one row that cannot be read must not stop a view
--      for everyone. A score is a JSON number, or a string that reads as a decimal number, below 10^15 in magnitude and
--      with at most 100 decimals: percentiles are floats, which cannot represent 1e-400. NaN, infinities, booleans,
--      nulls, objects and words are rejected. Only ASCII blanks may surround a number, because the cast to numeric
--      accepts no others. The name of a lane is at most 200 characters long: it is part of keys, and an index entry
--      holds no more than 2,704 bytes. The moment of the submission is between 1900 and 2200, so that a date of four
--      digits can name its week.
create view freshet.submitted_lane_scores
with (security_invoker = on)
as
with lane_values as (
    select
        s.id as submission_id,
        l.lane_number::integer as lane_number,
        s.agent_id,
        s.challenge_id,
        s.created_at,
        l.lane_key,
        l.lane_value,
        case
            when jsonb_typeof(l.lane_value) = 'number'
                then (l.lane_value #>> '{}')::numeric
            when jsonb_typeof(l.lane_value) = 'string'
                and l.lane_value #>> '{}'
                    ~ '^[ \t\n\v\f\r]*[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,2})?[ \t\n\v\f\r]*$'
                then (l.lane_value #>> '{}')::numeric
        end as read_score
    from public.submissions as s
    cross join lateral jsonb_each(
        -- A value that is not an object is one rejected value under an empty key.
        case when jsonb_typeof(s.final_lane_scores) = 'object'
            then s.final_lane_scores
            else jsonb_build_object('', s.final_lane_scores)
        end
    ) with ordinality as l (lane_key, lane_value, lane_number)
    where s.status = 'scored' and s.final_lane_scores is not null
),
judged as (
    select
        v.*,
        case
            when v.lane_key = '' then 'the lane has no name'
            when length(v.lane_key) > 200 then 'the name of the lane is longer than 200 characters'
            when v.read_score is null then 'the value is no number'
            when not abs(v.read_score) < 1e15 then 'the score is 10^15 or more'
            when scale(trim_scale(v.read_score)) > 100 then 'the score has more than 100 decimals'
            when v.created_at not between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'
                then 'the moment of the submission is not between 1900 and 2200'
        end as flaw
    from lane_values as v
)
select
    j.submission_id,
    j.lane_number,
    j.agent_id,
    j.challenge_id,
    j.created_at,
    j.lane_key,
    case when j.flaw is null then j.read_score end as lane_score,
    case when j.flaw is not null then j.lane_value end as lane_value,
    j.flaw
from judged as j;

revoke all on table freshet.submitted_lane_scores from public, anon, authenticated;

comment on view freshet.submitted_lane_scores is 'The rows that analytics.fact_lane_scores should hold.';

reset check_function_bodies;
