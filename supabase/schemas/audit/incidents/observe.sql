-- Object: freshet.observe()
-- Why: the one state machine behind every detector. A detector only says how a subject is; streaks and thresholds
--      decide here whether that is an incident.
create function freshet.observe(
    kind text,
    subject text,
    state text,
    observed_at timestamptz,
    evidence jsonb,
    weight bigint default 1,
    seen_since timestamptz default null
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe_one(kind, subject, state, observed_at, evidence, weight, seen_since);
exception
    when assert_failure or others then
        -- An error that may pass by itself fails the detector in this pass: it is given its runs again. An unknown kind
        -- is a defect.
        if freshet.is_passing(sqlstate) or kind = 'detector_failed' or not exists (
            select from analytics.alert_kinds as k where k.kind = observe.kind
        ) then
            raise;
        end if;
        perform freshet.observe_one(
            'detector_failed', kind || ' findings', 'bad', clock_timestamp(),
            jsonb_build_object(
                'detector', kind || ' findings', 'sqlstate', sqlstate,
                'message', format('a finding about "%s" cannot be written down: %s', freshet.short_name(subject), left(sqlerrm, 500))
            )
        );
end
$$;

revoke all on function freshet.observe(text, text, text, timestamptz, jsonb, bigint, timestamptz) from public, anon, authenticated;

comment on function freshet.observe(text, text, text, timestamptz, jsonb, bigint, timestamptz) is
    'Writes a detector''s observation of a subject: streak, thresholds, incident. One that cannot be written is detector_failed:<kind> findings, and does not keep others from being written.';
