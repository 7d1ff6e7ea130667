-- Object: analytics.dim_time
-- Grain: one row per day
-- Serves: joins of the facts with the calendar
-- Why: the calendar covers five whole years back and five ahead. The job that keeps it ahead also makes the partitions
--      of coming months.
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

create policy reporting_user_reads_dimensions on analytics.dim_time for select to reporting_user using (true);

revoke all on table analytics.dim_time from public, anon, authenticated;

grant select on table analytics.dim_time to reporting_user;

comment on column analytics.dim_time.week is
    'ISO week, 1 to 53. It belongs to iso_year, which differs from year around New Year.';

comment on column analytics.dim_time.day_of_week is 'ISO: 1 is Monday, 7 is Sunday.';

comment on column analytics.dim_time.is_weekend is 'Saturday and Sunday.';

comment on table analytics.dim_time is
    'One row per day, from five years before this one to five years after it, and for each day with a fact, however far away.';
