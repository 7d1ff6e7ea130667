-- Object: freshet.retrieval_strength()
-- Why: R = (1 + 19/81 * t/S)^-0.5, the power forgetting curve of FSRS-4.5 (open-spaced-repetition, "The Algorithm"): no
--      parameter is fitted to people, and R is 0.9 after S days. Written as one root of one quotient, which is exact
--      there: (1 + 19 t / (81 S))^-0.5 = sqrt(81 S / (81 S + 19 t)).
create function freshet.retrieval_strength(elapsed_days numeric, stability_days numeric)
returns numeric
language plpgsql
immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return case
        when elapsed_days is null or stability_days is null then 0
        when elapsed_days <= 0 then 1
        else sqrt(81 * stability_days / (81 * stability_days + 19 * elapsed_days))
    end;
end
$$;

revoke all on function freshet.retrieval_strength(numeric, numeric) from public, anon, authenticated;

comment on function freshet.retrieval_strength(numeric, numeric) is
    'Probability, 0 to 1, of remembering after elapsed_days (fractions count) what has a stability of stability_days: 0.9 when both are equal, 0 if one is null (no answer yet).';
