-- Object: freshet.study_version()
-- Why: a figure names the rules by which it was computed, so that figures from before and after a change are not
--      compared unawares. Change the text with any rule: quality, SM-2, the curve, the weights.
create function freshet.study_version()
returns text
language sql
immutable parallel safe
set search_path = pg_catalog, pg_temp
return 'study-1/sm2-1990-ceil-ef-before/fsrs-4.5-curve';

revoke all on function freshet.study_version() from public, anon, authenticated;

comment on function freshet.study_version() is
    'The calculation_version of the study pack: version of the rules, variant of SM-2, forgetting curve.';
