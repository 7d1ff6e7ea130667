-- Object: freshet.period_of_schedule()
-- Why: a new job has runs before the calendar has computed its slots.
create function freshet.period_of_schedule(schedule text)
returns interval
language sql
immutable
strict
set search_path = pg_catalog, pg_temp
as $$
    with field as (
        select split_part(s.text, ' ', 1) as minute, split_part(s.text, ' ', 2) as hour, s.text
        from (select regexp_replace(btrim(schedule), '\s+', ' ', 'g') as text) as s
    )
    select case
        when f.text ~ '^\d{1,2} seconds?$' then make_interval(secs => greatest(f.minute::integer, 1))
        when f.minute ~ '^\*/\d{1,2}$' then make_interval(mins => greatest(split_part(f.minute, '/', 2)::integer, 1))
        when f.minute ~ '^\d{1,2}(,\d{1,2})+$' then interval '1 hour' / cardinality(string_to_array(f.minute, ','))
        when f.minute !~ '^\d{1,2}$' then interval '1 minute'
        when f.hour ~ '^\*/\d{1,2}$' then make_interval(hours => greatest(split_part(f.hour, '/', 2)::integer, 1))
        when f.hour ~ '^\d{1,2}(,\d{1,2})*$' then interval '1 day' / cardinality(string_to_array(f.hour, ','))
        else interval '1 hour'
    end
    from field as f;
$$;

revoke all on function freshet.period_of_schedule(text) from public, anon, authenticated;

comment on function freshet.period_of_schedule(text) is
    'Roughly how far apart the slots of a schedule are, until the calendar has computed it: a day at most, a minute when in doubt.';
