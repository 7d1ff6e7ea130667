-- Object: freshet.believe_source_moment()
-- Why: one source row of the year 10000, or without an end, would stand in the registry as the newest, and the registry is
--      part of every answer. So it keeps no moment that is not between 1900 and 2200, whichever function writes it: of the
--      source it keeps the newest that can be believed, and none where there is none.
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
    'Trigger of analytics.views: a newest source row that cannot be believed gives way to the newest that can.';
