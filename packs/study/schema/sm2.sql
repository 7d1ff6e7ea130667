-- Object: freshet.sm2()
-- Why: SM-2 as published in 1990 (P. A. Wozniak, super-memory.com/english/ol/sm2.htm), over all answers from the first:
--      the state depends on the answers only, not on when they became known.
--      I(1) = 1, I(2) = 6, I(n) = I(n-1) * EF, rounded up. EF starts at 2.5 and is never below 1.3.
--      EF' = EF + 0.1 - (5 - q) * (0.08 + (5 - q) * 0.02).
--      A quality below 3 starts again with I(1) and leaves EF as it is.
-- Why EF before its update: the text leaves open which of the two I(n) takes. This is the reading of most descriptions.
-- Why numeric: the ceiling of a float would sometimes be a day too high.
create function freshet.sm2(
    qualities integer[],
    out easiness_factor numeric,
    out repetition integer,
    out interval_days integer
)
language plpgsql
immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    longest_days constant integer := 36500;
    quality integer;
begin
    easiness_factor := 2.5;
    repetition := 0;
    foreach quality in array coalesce(qualities, '{}') loop
        if quality is null or quality not between 0 and 5 then
            raise exception using
                errcode = 'numeric_value_out_of_range',
                message = format('SM-2 has no quality %s', coalesce(quality::text, 'null')),
                hint = 'Qualities are the integers 0 to 5; see freshet.answer_quality().';
        end if;
        if quality < 3 then
            repetition := 1;
            interval_days := 1;
            continue;
        end if;
        repetition := repetition + 1;
        interval_days := case repetition
            when 1 then 1
            when 2 then 6
            else least(ceil(interval_days * easiness_factor), longest_days)
        end;
        easiness_factor := greatest(1.3, easiness_factor + 0.1 - (5 - quality) * (0.08 + (5 - quality) * 0.02));
    end loop;
end
$$;

revoke all on function freshet.sm2(integer[]) from public, anon, authenticated;

comment on function freshet.sm2(integer[]) is
    'State of SM-2 after answers of these qualities (0 to 5, oldest first): EF, n of I(n), and I(n) in days, at most 36500. Without answers: 2.5, 0, null.';
