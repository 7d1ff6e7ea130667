-- Object: analytics.operate_job()
-- Serves: POST /analytics/ops/jobs/<name>/mute, unmute, adopt
-- Why: the person on call silences a job, or says that it belongs there, without a client of the database. The function
--      that calls it has verified that its caller is an administrator or has the secret key, and says which.
-- Why a mute ends: a job that is muted for ever fails silently.
create function analytics.operate_job(
    action text,
    job text,
    until timestamptz default null,
    reason text default null,
    operator_id text default null,
    request_id uuid default null
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- The API says 30 days; its clock is another one.
    longest_mute constant interval := interval '31 days';
    declared analytics.scheduled_jobs;
    scheduled record;
    done analytics.operator_actions;
begin
    select * into declared from analytics.scheduled_jobs as d where d.job_name = job for update;
    select k.job_name, k.owner into scheduled from freshet.known_cron_jobs() as k where k.job_name = job limit 1;
    if declared.job_name is null and scheduled.job_name is null then
        raise exception using
            errcode = 'PT404', message = format('unknown job "%s"', job), hint = '/ops/jobs lists the jobs.';
    end if;

    case action
        when 'mute', 'unmute' then
            if declared.job_name is null then
                raise exception using
                    errcode = 'PT409',
                    message = format('job "%s" is not declared, so nothing is known to be muted', job),
                    hint = 'Adopt it first.';
            end if;
            if action = 'mute' and coalesce(until > clock_timestamp() + longest_mute, true) then
                raise exception using
                    errcode = 'invalid_parameter_value',
                    message = 'a mute ends within 31 days',
                    hint = 'Give until; mute again when it ends.';
            end if;
            update analytics.scheduled_jobs as d
            set muted_until = case when action = 'mute' then until end
            where d.job_name = job;
        when 'adopt' then
            begin
                -- What the operator has declared of it stays.
                perform analytics.adopt_job(
                    job_name => job,
                    late_after => coalesce(declared.late_after, interval '5 minutes'),
                    max_runtime => coalesce(declared.max_runtime, interval '10 minutes'),
                    owner => scheduled.owner::name
                );
            exception
                when no_data_found then
                    raise exception using errcode = 'PT409', message = sqlerrm;
            end;
        else
            raise exception using errcode = 'invalid_parameter_value', message = format('no such action: "%s"', action);
    end case;

    done.action := action;
    done.subject := job;
    done.reason := reason;
    done.muted_until := case when action = 'mute' then until end;
    done.operator_id := operator_id;
    done.request_id := request_id;
    return to_jsonb(freshet.note_operator_action(done));
end
$$;

revoke all on function analytics.operate_job(text, text, timestamptz, text, text, uuid) from public, anon, authenticated;

grant execute on function analytics.operate_job(text, text, timestamptz, text, text, uuid) to service_role;

comment on function analytics.operate_job(text, text, timestamptz, text, text, uuid) is
    'action: mute (until, within 31 days), unmute or adopt. Records it in analytics.operator_actions and returns that row. operator_id: the administrator, as verified by the caller; null: the secret key. Raises PT404 for an unknown job, PT409 for a mute of an undeclared one and where no one job has the name. Service role only.';
