-- Object: private.believe_source_moment(), trigger and checks of analytics.views
-- Why: one source row of the year 10000, or without an end, would stand in the registry as the newest, and the registry is
--      part of every answer. So it keeps no moment that is not between 1900 and 2200, whichever function writes it: of the
--      source it keeps the newest that can be believed, and none where there is none.

create function private.believe_source_moment()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    execute format(
        'select max(s.%1$I) from %2$s as s where s.%1$I between ''1900-01-01 00:00+00'' and ''2200-01-01 00:00+00''',
        new.source_at_column, new.source_at_table
    ) into new.source_as_of;
    return new;
end
$$;
revoke all on function private.believe_source_moment() from public, anon, authenticated;
comment on function private.believe_source_moment() is
    'Trigger of analytics.views: a newest source row that cannot be believed gives way to the newest that can.';

create trigger source_moments_are_believable before insert or update of source_as_of on analytics.views
    for each row
    when (new.source_as_of not between '1900-01-01 00:00+00' and '2200-01-01 00:00+00')
    execute function private.believe_source_moment();

update analytics.views as v
set source_as_of = v.source_as_of
where v.source_as_of not between '1900-01-01 00:00+00' and '2200-01-01 00:00+00';

alter table analytics.views
    add constraint views_source_as_of_check
        check (source_as_of between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'),
    add constraint views_refreshed_at_check
        check (refreshed_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'),
    add constraint views_verified_at_check
        check (verified_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00');

comment on column analytics.views.source_as_of is
    'Newest source row at that moment, of those between 1900 and 2200: a broken clock is nobody''s newest.';
