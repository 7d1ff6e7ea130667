-- STAND-IN for the extension pg_cron, for a PostgreSQL that does not have it (the one from npm).
-- Tables, row security and grants are those of pg_cron 1.4 to 1.6 as a hosted project shows them to "postgres".
-- stack/postgres/cron_ticker.ts runs the due jobs. Functions: cron_stand_in_functions.sql.
create schema if not exists cron;
comment on schema cron is 'STAND-IN for pg_cron, made by the local stack';

create sequence if not exists cron.jobid_seq;
create table if not exists cron.job (
    jobid bigint primary key default nextval('cron.jobid_seq'),
    schedule text not null,
    command text not null,
    nodename text not null default 'localhost',
    nodeport integer not null default current_setting('port')::integer,
    database text not null default current_database(),
    username text not null default current_user,
    active boolean not null default true,
    jobname text,
    constraint jobname_username_uniq unique (jobname, username)
);

create sequence if not exists cron.runid_seq;
create table if not exists cron.job_run_details (
    jobid bigint,
    runid bigint primary key default nextval('cron.runid_seq'),
    job_pid integer,
    database text,
    username text,
    command text,
    status text,
    return_message text,
    start_time timestamptz,
    end_time timestamptz
);

-- A role sees its own jobs and runs, and cannot see that there are others.
alter table cron.job enable row level security;
alter table cron.job_run_details enable row level security;
drop policy if exists cron_job_policy on cron.job;
create policy cron_job_policy on cron.job using (username = current_user);
drop policy if exists cron_job_run_details_policy on cron.job_run_details;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);

grant select on cron.job to public;
grant select, delete on cron.job_run_details to public;
grant select on sequence cron.jobid_seq, cron.runid_seq to public;

grant usage on schema cron to postgres with grant option;
grant select on cron.job to postgres with grant option;
grant all on cron.job_run_details to postgres with grant option;

select pg_temp.register_stand_in('pg_cron', 'pg_catalog');
