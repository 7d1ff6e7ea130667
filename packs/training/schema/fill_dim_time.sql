-- Object: freshet.fill_dim_time()
-- Why: one place computes the columns of a day.
create function freshet.fill_dim_time(from_on date, to_on date)
returns integer
language sql
set search_path = pg_catalog, pg_temp
as $$
    with added as (
        insert into analytics.dim_time (
            date_key, year, quarter, month, week, iso_year, day_of_week, day_of_month, day_of_year, is_weekend
        )
        select
            d.day,
            extract(year from d.day), extract(quarter from d.day), extract(month from d.day),
            extract(week from d.day), extract(isoyear from d.day),
            extract(isodow from d.day), extract(day from d.day), extract(doy from d.day),
            extract(isodow from d.day) >= 6
        from (select from_on + n as day from generate_series(0, to_on - from_on) as n) as d
        on conflict (date_key) do nothing
        returning date_key
    )
    select count(*)::integer from added;
$$;

revoke all on function freshet.fill_dim_time(date, date) from public, anon, authenticated;

comment on function freshet.fill_dim_time(date, date) is
    'Adds the missing days from one to another, both included. Returns how many. Idempotent.';
