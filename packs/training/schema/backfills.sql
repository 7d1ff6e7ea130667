-- Object: analytics.backfills
-- Grain: backfills: one row per backfill that was ever begun, the last of its name
-- Why: brings the facts of attempts that were there before the triggers, or were written past them, and removes facts
--      without a completed attempt. A function that does one batch and remembers where it stands: each call is a
--      transaction of its own, so that writers wait for one batch at most, and one that was cut off is gone on with. (A
--      procedure that commits can neither fix its search path nor be called through the API.) Until it is finished:
--
--      do $$ begin
--          loop
--              exit when (analytics.backfill_scenario_attempts()).finished_at is not null;
--              commit;
--          end loop;
--      end $$;
create table analytics.backfills (
    backfill text primary key,
    after_id uuid,
    examined_count bigint not null default 0,
    written_count bigint not null default 0,
    removed_count bigint not null default 0,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz
);

alter table analytics.backfills enable row level security;

revoke all on table analytics.backfills from public, anon, authenticated;

comment on table analytics.backfills is 'How far each backfill has come.';

comment on column analytics.backfills.after_id is 'Everything up to this key is done; null before the first batch.';

comment on column analytics.backfills.finished_at is 'Null while it is under way. A call after that begins anew.';
