-- STAND-IN for the functions of pg_cron: same names, signatures, upsert by name, messages.
-- The public functions run as the caller and pass on the caller's role; those that begin with _ write the table.

create or replace function cron._field_is_valid(field text, lowest integer, highest integer, names text[]) returns boolean
language plpgsql
immutable
set search_path = ''
as $body$
declare
    item text;
    parts text[];
    low integer;
    high integer;
begin
    foreach item in array string_to_array(lower(field), ',') loop
        parts := regexp_match(item, '^(?:(\*)|(\d+|[a-z]{3})(?:-(\d+|[a-z]{3}))?)(?:/(\d+))?$');
        if parts is null or parts[4]::integer = 0 then
            return false;
        end if;
        continue when parts[1] = '*';
        low := case when parts[2] ~ '^\d' then parts[2]::integer else array_position(names, parts[2]) - 1 + lowest end;
        high := case when parts[3] ~ '^\d' then parts[3]::integer
            when parts[3] is null then low else array_position(names, parts[3]) - 1 + lowest end;
        if low is null or high is null or low < lowest or high > highest or high < low then
            return false;
        end if;
    end loop;
    return field <> '';
end
$body$;

create or replace function cron._require_schedule(schedule text) returns void
language plpgsql
immutable
set search_path = ''
as $body$
declare
    fields text[] := regexp_split_to_array(btrim(schedule), '\s+');
    months text[] := array['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
    days text[] := array['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
begin
    if lower(btrim(schedule)) ~ '^([1-9]|[1-5]\d)\s+seconds?$'
        or lower(btrim(schedule)) in ('@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly')
    then
        return;
    end if;
    -- Like Vixie's parser, it looks at the first five fields only.
    if cardinality(fields) >= 5
        and cron._field_is_valid(fields[1], 0, 59, '{}')
        and cron._field_is_valid(fields[2], 0, 23, '{}')
        and (fields[3] = '$' or cron._field_is_valid(fields[3], 1, 31, '{}'))
        and cron._field_is_valid(fields[4], 1, 12, months)
        and cron._field_is_valid(fields[5], 0, 7, days)
    then
        return;
    end if;
    raise exception using errcode = '22023', message = format('invalid schedule: %s', schedule),
        hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
end
$body$;

create or replace function cron._schedule(
    caller text, job_name text, schedule text, command text, job_database text, job_username text, job_active boolean
) returns bigint
language plpgsql
volatile
security definer
set search_path = ''
as $body$
declare
    result bigint;
begin
    perform cron._require_schedule(_schedule.schedule);
    if job_username is not null and job_username <> caller
        and not (select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = caller) then
        raise exception using errcode = '42501', message = 'must be superuser to create a job for another role';
    end if;
    insert into cron.job as j (jobname, schedule, command, database, username, active)
    values (job_name, _schedule.schedule, _schedule.command, coalesce(job_database, current_database()),
        coalesce(job_username, caller), job_active)
    on conflict on constraint jobname_username_uniq do update
    set schedule = excluded.schedule, command = excluded.command, database = excluded.database, active = excluded.active
    returning j.jobid into result;
    return result;
end
$body$;

create or replace function cron._unschedule(caller text, wanted_id bigint, wanted_name text) returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $body$
declare
    found_id bigint;
begin
    select j.jobid into found_id
    from cron.job as j
    where (j.jobid = wanted_id or (j.jobname = wanted_name and j.username = caller))
        and (j.username = caller or (select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = caller));
    -- pg_cron asks for the right to delete from its table where the job is another owner's, and is named by its number.
    if found_id is null and exists (select from cron.job as j where j.jobid = wanted_id) then
        raise exception using errcode = '42501', message = 'permission denied for table job';
    end if;
    if found_id is null then
        raise exception using errcode = 'XX000', message = format(
            'could not find valid entry for job %s', coalesce(wanted_id::text, quote_literal(wanted_name)));
    end if;
    delete from cron.job as j where j.jobid = found_id;
    return true;
end
$body$;

create or replace function cron._alter_job(
    caller text, wanted_id bigint, new_schedule text, new_command text, new_database text, new_username text,
    new_active boolean
) returns void
language plpgsql
volatile
security definer
set search_path = ''
as $body$
declare
    is_superuser boolean := (select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = caller);
begin
    if new_schedule is not null then
        perform cron._require_schedule(new_schedule);
    end if;
    if new_username is not null and new_username <> caller and not is_superuser then
        raise exception using errcode = '42501', message = 'must be superuser to alter owner';
    end if;
    update cron.job as j
    set
        schedule = coalesce(new_schedule, j.schedule),
        command = coalesce(new_command, j.command),
        database = coalesce(new_database, j.database),
        username = coalesce(new_username, j.username),
        active = coalesce(new_active, j.active)
    where j.jobid = wanted_id and (j.username = caller or is_superuser);
    if not found then
        raise exception using errcode = 'XX000',
            message = format('Job %s does not exist or you don''t own it', wanted_id);
    end if;
end
$body$;

create or replace function cron.schedule(schedule text, command text) returns bigint
language sql volatile strict
as $body$ select cron._schedule(current_user::text, null, $1, $2, null, null, true) $body$;

create or replace function cron.schedule(job_name text, schedule text, command text) returns bigint
language sql volatile
as $body$ select cron._schedule(current_user::text, $1, $2, $3, null, null, true) $body$;

create or replace function cron.schedule_in_database(
    job_name text, schedule text, command text, database text, username text default null, active boolean default true
) returns bigint
language sql volatile
as $body$ select cron._schedule(current_user::text, $1, $2, $3, $4, $5, $6) $body$;

create or replace function cron.unschedule(job_id bigint) returns boolean
language sql volatile strict
as $body$ select cron._unschedule(current_user::text, $1, null) $body$;

create or replace function cron.unschedule(job_name text) returns boolean
language sql volatile strict
as $body$ select cron._unschedule(current_user::text, null, $1) $body$;

create or replace function cron.alter_job(
    job_id bigint, schedule text default null, command text default null, database text default null,
    username text default null, active boolean default null
) returns void
language sql volatile
as $body$ select cron._alter_job(current_user::text, $1, $2, $3, $4, $5, $6) $body$;

revoke all on function cron.alter_job(bigint, text, text, text, text, boolean) from public;
revoke all on function cron.schedule_in_database(text, text, text, text, text, boolean) from public;
grant all on all functions in schema cron to postgres with grant option;
