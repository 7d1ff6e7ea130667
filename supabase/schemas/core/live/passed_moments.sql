-- Object: freshet.passed_moments()
-- Why: some of what is read live changes without a write: a membership that was given an end is over when the moment comes.
--      An answer from before it would be served until its reuse bound, and confirmed by a 304 for ever. So the version of
--      such a relation moves with each moment that passes, too. It counts writes in thousands, and below that the moments
--      that have passed since the last write: two states with the same writes differ by what time has done, and by nothing else.
create function freshet.passed_moments(moments text[], since timestamptz)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    place text[];
    passed bigint;
    total bigint := 0;
begin
    for i in 1 .. cardinality(moments) loop
        place := string_to_array(moments[i], '.');
        execute format(
            'select count(*) from %I.%I as t where t.%I > $1 and t.%I <= now()', place[1], place[2], place[3], place[3]
        ) into passed using since;
        total := total + passed;
    end loop;
    return total;
end
$$;

revoke all on function freshet.passed_moments(text[], timestamptz) from public, anon, authenticated;

comment on function freshet.passed_moments(text[], timestamptz) is 'How many moments in these columns have passed since then.';
