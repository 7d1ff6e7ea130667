-- Object: private.completed_attempts, private.write_attempt_facts(), private.remove_attempt_facts(), and the triggers
--         that keep analytics.fact_scenario_attempts as private.completed_attempts says
-- Why: a fact is written once, when its attempt is completed; a new score changes it, and an attempt that is completed no
--      more loses it. Triggers fire once a statement, and a statement that changes no fact writes none, so that views
--      and cached answers over the facts stay as they are. Writers of one attempt wait for each other on its row, so the
--      facts follow in the same order.

create view private.completed_attempts with (security_invoker = on) as
select
    a.id as attempt_id,
    a.org_id,
    a.user_id,
    a.scenario_id,
    a.score,
    a.duration_seconds,
    a.talk_ms,
    a.listen_ms,
    a.started_at,
    a.ended_at,
    (a.started_at at time zone 'UTC')::date as date_key
from public.scenario_attempts as a
where a.status = 'completed';
revoke all on table private.completed_attempts from public, anon, authenticated;
comment on view private.completed_attempts is 'What analytics.fact_scenario_attempts ought to hold. Grain: one row per completed attempt.';

-- PL/pgSQL keeps the plans: a function in SQL would plan over all partitions at each call.
create function private.write_attempt_facts(attempt_ids uuid[], date_keys date[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into analytics.fact_scenario_attempts as f (
        attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at, date_key
    )
    select
        a.attempt_id, a.org_id, a.user_id, a.scenario_id, a.score, a.duration_seconds, a.talk_ms, a.listen_ms,
        a.started_at, a.ended_at, a.date_key
    from unnest(attempt_ids, date_keys) as k (attempt_id, date_key)
    join private.completed_attempts as a on a.attempt_id = k.attempt_id and a.date_key = k.date_key
    -- Month by month: rows that come in any order cost twice as much, one partition after another for each.
    order by a.date_key
    on conflict (attempt_id, date_key) do update
    set org_id = excluded.org_id,
        user_id = excluded.user_id,
        scenario_id = excluded.scenario_id,
        score = excluded.score,
        duration_seconds = excluded.duration_seconds,
        talk_ms = excluded.talk_ms,
        listen_ms = excluded.listen_ms,
        started_at = excluded.started_at,
        ended_at = excluded.ended_at
    where (f.org_id, f.user_id, f.scenario_id, f.score, f.duration_seconds, f.talk_ms, f.listen_ms, f.started_at, f.ended_at)
        is distinct from (
            excluded.org_id, excluded.user_id, excluded.scenario_id, excluded.score, excluded.duration_seconds,
            excluded.talk_ms, excluded.listen_ms, excluded.started_at, excluded.ended_at
        );
end
$$;
revoke all on function private.write_attempt_facts(uuid[], date[]) from public, anon, authenticated;
comment on function private.write_attempt_facts(uuid[], date[]) is
    'Writes the facts of completed attempts, each named by its id and day, as the attempts are now. Idempotent.';

create function private.remove_attempt_facts(attempt_ids uuid[], date_keys date[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    delete from analytics.fact_scenario_attempts as f
    using unnest(attempt_ids, date_keys) as k (attempt_id, date_key)
    where f.attempt_id = k.attempt_id and f.date_key = k.date_key;
end
$$;
revoke all on function private.remove_attempt_facts(uuid[], date[]) from public, anon, authenticated;
comment on function private.remove_attempt_facts(uuid[], date[]) is 'Removes facts, each named by its attempt and day. Idempotent.';

create function private.attempts_were_inserted()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    ids uuid[];
    days date[];
begin
    select array_agg(n.id), array_agg((n.started_at at time zone 'UTC')::date)
    into ids, days
    from new_rows as n
    where n.status = 'completed';
    if ids is not null then
        perform private.write_attempt_facts(ids, days);
    end if;
    return null;
end
$$;
revoke all on function private.attempts_were_inserted() from public, anon, authenticated;
comment on function private.attempts_were_inserted() is 'Statement trigger of public.scenario_attempts: completed attempts get facts.';

create function private.attempts_were_updated()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    ids uuid[];
    days date[];
begin
    -- Completed no more, or moved to another day.
    select array_agg(g.id), array_agg(g.day)
    into ids, days
    from (
        select o.id, (o.started_at at time zone 'UTC')::date from old_rows as o where o.status = 'completed'
        except
        select n.id, (n.started_at at time zone 'UTC')::date from new_rows as n where n.status = 'completed'
    ) as g (id, day);
    if ids is not null then
        perform private.remove_attempt_facts(ids, days);
    end if;

    select array_agg(c.id), array_agg((c.started_at at time zone 'UTC')::date)
    into ids, days
    from (
        select n.id, n.started_at, n.ended_at, n.org_id, n.user_id, n.scenario_id, n.score, n.duration_seconds, n.talk_ms, n.listen_ms
        from new_rows as n
        where n.status = 'completed'
        except
        select o.id, o.started_at, o.ended_at, o.org_id, o.user_id, o.scenario_id, o.score, o.duration_seconds, o.talk_ms, o.listen_ms
        from old_rows as o
        where o.status = 'completed'
    ) as c;
    if ids is not null then
        perform private.write_attempt_facts(ids, days);
    end if;
    return null;
end
$$;
revoke all on function private.attempts_were_updated() from public, anon, authenticated;
comment on function private.attempts_were_updated() is
    'Statement trigger of public.scenario_attempts: facts come, change and go with the status, and nothing is written when nothing that a fact says has changed.';

create function private.attempts_were_deleted()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    ids uuid[];
    days date[];
begin
    select array_agg(o.id), array_agg((o.started_at at time zone 'UTC')::date)
    into ids, days
    from old_rows as o
    where o.status = 'completed';
    if ids is not null then
        perform private.remove_attempt_facts(ids, days);
    end if;
    return null;
end
$$;
revoke all on function private.attempts_were_deleted() from public, anon, authenticated;
comment on function private.attempts_were_deleted() is 'Statement trigger of public.scenario_attempts: the facts of deleted attempts go.';

create function private.empty_derived_table()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    is_filled boolean;
begin
    execute format('select exists (select from analytics.%I)', tg_argv[0]) into is_filled;
    if is_filled then
        execute format('truncate analytics.%I', tg_argv[0]);
    end if;
    return null;
end
$$;
revoke all on function private.empty_derived_table() from public, anon, authenticated;
comment on function private.empty_derived_table() is 'Truncate trigger: the table of schema analytics that its argument names is emptied too.';

create trigger attempts_were_inserted after insert on public.scenario_attempts
    referencing new table as new_rows
    for each statement execute function private.attempts_were_inserted();
create trigger attempts_were_updated after update on public.scenario_attempts
    referencing old table as old_rows new table as new_rows
    for each statement execute function private.attempts_were_updated();
create trigger attempts_were_deleted after delete on public.scenario_attempts
    referencing old table as old_rows
    for each statement execute function private.attempts_were_deleted();
create trigger attempts_were_truncated after truncate on public.scenario_attempts
    for each statement execute function private.empty_derived_table('fact_scenario_attempts');
