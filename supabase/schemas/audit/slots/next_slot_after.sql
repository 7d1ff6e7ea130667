-- Object: freshet.next_slot_after()
-- Why: slots are computed once in each pass, every five minutes. A worker of the refresh queue has thirty slots in that
--      time, so its stored next slot may be in the past.
create function freshet.next_slot_after(slot timestamptz, schedule text, period interval, moment timestamptz)
returns timestamptz
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when slot > moment then slot
        -- For evenly spaced schedules only; for any other the next pass knows more.
        when schedule ~ '^\s*\d+\s+seconds?\s*$' or schedule ~ '^\s*(\*|\*/(2|3|4|5|6|10|12|15|20|30)|\d+)\s+\*\s+\*\s+\*\s+\*\s*$'
            then slot + period * (floor(extract(epoch from moment - slot) / nullif(extract(epoch from period), 0)) + 1)
    end;
$$;

revoke all on function freshet.next_slot_after(timestamptz, text, interval, timestamptz) from public, anon, authenticated;

comment on function freshet.next_slot_after(timestamptz, text, interval, timestamptz) is
    'The first slot after a moment, derived from one that was computed before; null where the schedule is not even and the slot is over.';
