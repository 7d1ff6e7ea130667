-- Object: freshet.note_lost_answers(), detector of kind history_lost for answers of pg_net
-- Why: reading continues where it ended, however long an outage was. Answers that pg_net deleted before they were read
--      are reported, as a loss of history is.
create function freshet.note_lost_answers()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    read_at constant timestamptz := clock_timestamp();
    kept_for constant interval := coalesce(nullif(current_setting('pg_net.ttl', true), ''), '6 hours')::interval;
    audit analytics.audit_state;
    queued bigint[] := array[]::bigint[];
    newest bigint;
    lost_count bigint;
    reason text;
begin
    select * into strict audit from analytics.audit_state;
    begin
        queued := array(select q.id from net.http_request_queue as q);
    exception
        when insufficient_privilege or undefined_table or undefined_column then
            null;
    end;
    select coalesce(
        (
            select case when has_sequence_privilege('net.http_request_queue_id_seq', 'select') then s.last_value end
            from pg_sequences as s
            where s.schemaname = 'net' and s.sequencename = 'http_request_queue_id_seq'
        ),
        -- Where the sequence is not readable: the newest known id.
        greatest((select max(r.id) from net._http_response as r), (select max(q.id) from unnest(queued) as q (id)), 0)
    )
    into newest;

    -- While passes run more often than answers are deleted, each answer is read.
    if audit.answers_read_at < read_at - kept_for then
        if newest < audit.answers_last_id then
            reason := format(
                'pg_net''s numbers began again after %s, and the answers to HTTP calls of before are gone: whether one failed cannot be known', audit.answers_read_at
            );
        else
            select newest - audit.answers_last_id - count(*) into lost_count
            from (
                select r.id from net._http_response as r where r.id between audit.answers_last_id + 1 and newest
                union
                select q.id from unnest(queued) as q (id) where q.id between audit.answers_last_id + 1 and newest
                union
                -- The ledger has rows for these, and reports itself which outcome is unknown.
                select c.request_id
                from analytics.http_calls as c
                where c.request_id between audit.answers_last_id + 1 and newest and c.queued_at > audit.answers_read_at - interval '1 minute'
            ) as known;
            if lost_count > 0 then
                reason := format(
                    'as many as %s answers to HTTP calls were deleted before they were read, those from %s to %s: whether they failed will never be known',
                    lost_count, audit.answers_read_at, read_at - kept_for
                );
            end if;
        end if;
    end if;

    -- A loss is reported once and then over: what comes after it is read as usual.
    if reason is not null or exists (
        select from analytics.findings as f where f.kind = 'history_lost' and f.subject = 'net._http_response' and f.state <> 'ok'
    ) then
        perform freshet.observe(
            'history_lost', 'net._http_response', case when reason is null then 'ok' else 'bad' end, read_at,
            jsonb_strip_nulls(jsonb_build_object('message', reason, 'lost_count', lost_count))
        );
    end if;
    update analytics.audit_state as s set answers_read_at = read_at, answers_last_id = newest;
end
$$;

revoke all on function freshet.note_lost_answers() from public, anon, authenticated;

comment on function freshet.note_lost_answers() is
    'Kind history_lost: answers of pg_net that were deleted before they were read. Notes how far they were read. Not idempotent: a loss is reported once.';
