-- Object: analytics.dim_time, private.fill_dim_time(from_on, to_on), analytics.make_months_ahead(), job make-months-ahead
-- Grain: one row per day
-- Why: the calendar that facts are joined with, five whole years back and five ahead. The job that keeps it ahead makes the
--      months of the facts as well: both are the time to come.

create table analytics.dim_time (
    date_key date primary key,
    year integer not null,
    quarter integer not null,
    month integer not null,
    week integer not null,
    iso_year integer not null,
    day_of_week integer not null,
    day_of_month integer not null,
    day_of_year integer not null,
    is_weekend boolean not null
);
alter table analytics.dim_time enable row level security;
revoke all on table analytics.dim_time from public, anon, authenticated;

comment on table analytics.dim_time is 'One row per day, from five years before this one to five years after it, and for whatever else was asked of private.fill_dim_time.';
comment on column analytics.dim_time.week is 'ISO week, 1 to 53. It belongs to iso_year, which differs from year around New Year.';
comment on column analytics.dim_time.day_of_week is 'ISO: 1 is Monday, 7 is Sunday.';
comment on column analytics.dim_time.is_weekend is 'Saturday and Sunday.';

create function private.fill_dim_time(from_on date, to_on date)
returns integer
language sql
set search_path = ''
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
revoke all on function private.fill_dim_time(date, date) from public, anon, authenticated;
comment on function private.fill_dim_time(date, date) is 'Adds the days from one to another, both included, that are not there. Returns how many. Idempotent.';

create function analytics.make_months_ahead()
returns void
language plpgsql
set search_path = ''
as $$
declare
    today constant date := (now() at time zone 'UTC')::date;
    this_year constant date := date_trunc('year', today::timestamp)::date;
    last_day constant date := (this_year + interval '6 years')::date - 1;
begin
    -- The month before too: attempts arrive late.
    perform analytics.make_fact_partitions((today - interval '1 month')::date, (today + interval '12 months')::date);
    if not exists (select from analytics.dim_time as t where t.date_key = last_day) then
        perform private.fill_dim_time((this_year - interval '5 years')::date, last_day);
    end if;
end
$$;
revoke all on function analytics.make_months_ahead() from public, anon, authenticated;
comment on function analytics.make_months_ahead() is
    'Makes the partitions of fact_scenario_attempts from last month to twelve months ahead, and dim_time from five whole years back to five ahead. Idempotent.';

select analytics.make_months_ahead();
select analytics.register_job(
    job_name => 'make-months-ahead',
    schedule => '10 0 * * *',
    command => 'set statement_timeout = ''5min''; set lock_timeout = ''5s''; select analytics.make_months_ahead()'
);
