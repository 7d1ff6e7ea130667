begin;
select plan(9);

select is_empty('select from freshet.find_replica_lost()', 'without FRESHET_READ_URL no replica is missed');
select analytics.note_read_address(null, 12);
select is_empty('select from freshet.find_replica_lost()', 'one that answers is not lost');
select analytics.note_read_address('does not answer', null);
select is_empty('select from freshet.find_replica_lost()', 'a restart is not told');
select analytics.note_read_address('does not answer', null);
select results_eq(
    $$ select f.subject, f.evidence ->> 'message', (f.evidence ->> 'answered_at')::timestamptz < clock_timestamp() from freshet.find_replica_lost() as f $$,
    $$ values ('read address', 'FRESHET_READ_URL does not answer, in 2 audits in a row; the primary answers all reads', true) $$,
    'two audits are'
);
select analytics.audit_pass();
select is((select state from analytics.findings where kind = 'replica_lost'), 'bad', 'by a pass');
select analytics.note_read_address(null, 0);
select is((select fault_count from analytics.read_address), 0, 'a good answer ends it');
select analytics.audit_pass();
select is((select state from analytics.findings where kind = 'replica_lost'), 'ok', 'by the next pass');
select analytics.note_read_address('does not answer', null), analytics.note_read_address('does not answer', null);
update analytics.read_address set looked_at = clock_timestamp() - interval '16 minutes';
select is_empty('select from freshet.find_replica_lost()', 'once the setting is removed nothing is missed');
select ok(
    has_function_privilege('service_role', 'analytics.note_read_address(text, bigint)', 'execute')
    and not has_function_privilege('authenticated', 'analytics.note_read_address(text, bigint)', 'execute'),
    'the functions alone write it'
);

select * from finish();
rollback;
