-- Object: freshet.believe_source_moment()
-- Why: one source row dated in the year 10000 or infinity would count as the newest row of its source, and the registry
--      is part of every answer. So the registry keeps only moments between 1900 and 2200, whichever function writes it:
--      the newest plausible one of the source, or none.
create function freshet.believe_source_moment()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format(
        'select max(s.%1$I) from %2$s as s where s.%1$I between ''1900-01-01 00:00+00'' and ''2200-01-01 00:00+00''',
        new.source_at_column, new.source_at_table
    ) into new.source_as_of;
    return new;
end
$$;

revoke all on function freshet.believe_source_moment() from public, anon, authenticated;

comment on function freshet.believe_source_moment() is
    'Trigger of analytics.views: replaces an implausible newest source row by the newest plausible one.';
