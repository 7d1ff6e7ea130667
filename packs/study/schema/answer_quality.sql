-- Object: freshet.answer_quality()
-- Why: SM-2 takes a quality from 0 to 5 that a person chooses. Here an answer is right or wrong and has a time, so the
--      quality follows from these. The constants stand here and nowhere else.
create function freshet.answer_quality(is_correct boolean, is_hint_used boolean, time_to_answer_seconds numeric)
returns integer
language plpgsql
immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    quick_seconds constant numeric := 10;
    slow_seconds constant numeric := 60;
begin
    return case
        when not is_correct then 1
        when is_hint_used or time_to_answer_seconds > slow_seconds then 3
        when time_to_answer_seconds <= quick_seconds then 5
        else 4
    end;
end
$$;

revoke all on function freshet.answer_quality(boolean, boolean, numeric) from public, anon, authenticated;

comment on function freshet.answer_quality(boolean, boolean, numeric) is
    'Quality of an answer for SM-2: wrong 1; correct after a hint, or in more than 60 s, 3; correct within 10 s 5; correct otherwise, or without a measured time, 4.';
