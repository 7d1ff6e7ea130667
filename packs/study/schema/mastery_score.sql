-- Object: freshet.mastery_score()
-- Why: the weights of the documented formula, in one place.
create function freshet.mastery_score(
    first_attempt_accuracy numeric,
    overall_accuracy numeric,
    retrieval_strength numeric,
    material_completion numeric
)
returns numeric
language plpgsql
immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return round(
        0.30 * first_attempt_accuracy
        + 0.20 * overall_accuracy
        + 0.30 * retrieval_strength
        + 0.20 * material_completion,
        6
    );
end
$$;

revoke all on function freshet.mastery_score(numeric, numeric, numeric, numeric) from public, anon, authenticated;

comment on function freshet.mastery_score(numeric, numeric, numeric, numeric) is
    'Mastery of a topic, 0 to 1, from its four terms, each 0 to 1. Rounded to 6 decimals.';
