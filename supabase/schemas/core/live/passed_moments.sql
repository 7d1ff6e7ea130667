-- Object: freshet.passed_moments()
-- Why: live data can change without a write, when a moment passes; see analytics.live_relations.
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

comment on function freshet.passed_moments(text[], timestamptz) is
    'How many moments in these columns have passed since the given time.';
