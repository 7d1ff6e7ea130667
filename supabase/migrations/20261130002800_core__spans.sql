-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

drop function freshet.assert_span(text,interval);

-- supabase/schemas/core/registry/assert_span.sql

-- Object: freshet.assert_span()
-- Why: a time plus or minus an absurd span is out of range, an error for each query that computes it. The tables refuse such a span
--      by a constraint, whose message names neither the argument nor what to write. 'infinity' is an interval since PostgreSQL 17.
create function freshet.assert_span(argument text, span interval, may_be_zero boolean default false)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if span not between interval '-100 years' and interval '100 years' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('%s is "%s", longer than 100 years', argument, span),
            hint = format('Give a span that ends, for example %s => ''1 year''; leave out an argument that has a default.', argument);
    elsif span < interval '0' or (span = interval '0' and not may_be_zero) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('%s is "%s", not longer than nothing', argument, span),
            hint = format('Give a span of time, for example %s => ''10 minutes''.', argument);
    end if;
end
$$;

revoke all on function freshet.assert_span(text, interval, boolean) from public, anon, authenticated;

comment on function freshet.assert_span(text, interval, boolean) is 'Raises 22023 for a span of time longer than 100 years or infinite, below zero, or zero where it may not be.';

reset check_function_bodies;
