begin;
select plan(7);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) values ('u');
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000a1', 'u');
insert into public.scenario_attempts (id, org_id, user_id) values ('00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0000-0000000000a1', 'u');

set local role service_role;
insert into analytics.fact_kpi_events (attempt_id, org_id, user_id, event_type, timestamp_ms)
select '00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0000-0000000000a1', 'u', t, 0
from unnest(array['filler_word', 'interruption', 'question_asked', 'objection_raised', 'keyword_mentioned', 'long_pause']) as t;
select is((select count(*) from analytics.fact_kpi_events), 6::bigint, 'the service writes the six types of the document');

create function pg_temp.refused(event_type text) returns text language plpgsql as $$
declare
    what text;
    hint text;
begin
    insert into analytics.fact_kpi_events (attempt_id, org_id, user_id, event_type)
    values ('00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0000-0000000000a1', 'u', event_type);
    return 'taken';
exception
    when check_violation then
        get stacked diagnostics what = message_text, hint = pg_exception_hint;
        return what || ': ' || hint;
end
$$;
select is(
    pg_temp.refused(t),
    format('unknown event type "%s": The event types are filler_word, interruption, question_asked, objection_raised, keyword_mentioned, long_pause.', t),
    'refused: "' || t || '"'
)
from unnest(array['laugh', 'Filler_Word', '']) as t;
select throws_ok($$ update analytics.fact_kpi_events set event_type = 'laugh' $$, '23514', 'unknown event type "laugh"', 'an update neither');
select throws_ok($$ update analytics.fact_kpi_events set timestamp_ms = -1 $$, '23514', null, 'nothing happens before the call');

set local role authenticated;
select throws_ok($$ select * from analytics.fact_kpi_events $$, '42501', null, 'clients read no events');
reset role;

select * from finish();
rollback;
