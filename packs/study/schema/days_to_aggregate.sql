-- Object: freshet.days_to_aggregate
-- Grain: one row per user and UTC day whose daily figures are out of date
-- Why: a late event makes a day of the past out of date. The nightly batch aggregates these days and no others.
create table freshet.days_to_aggregate (
    user_id text not null,
    stat_date date not null,
    primary key (user_id, stat_date)
);

revoke all on table freshet.days_to_aggregate from public, anon, authenticated, service_role;

comment on table freshet.days_to_aggregate is
    'Days that the nightly batch will aggregate. Written from freshet.study_changes by the jobs alone, one at a time.';
