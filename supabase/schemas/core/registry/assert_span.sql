-- Object: freshet.assert_span()
-- Why: a time plus or minus an absurd span is out of range, an error for each query that computes it. The tables refuse such a span
--      by a constraint, whose message names neither the argument nor what to write. 'infinity' is an interval since PostgreSQL 17.
create function freshet.assert_span(argument text, span interval)
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
    end if;
end
$$;

revoke all on function freshet.assert_span(text, interval) from public, anon, authenticated;

comment on function freshet.assert_span(text, interval) is 'Raises 22023 for a span of time longer than 100 years, or infinite.';
