begin;
select plan(3);

select is_empty($$ select from freshet.find_claims_differ() $$, 'nothing is wrong in an empty database');

select analytics.audit_pass();
select is_empty(
    $$ select from analytics.findings where kind = 'claims_differ' and state = 'bad' $$,
    'a pass finds nothing'
);
select is_empty(
    $$ select evidence ->> 'message' from analytics.findings where kind = 'detector_failed' and subject = 'claims_differ' and state = 'bad' $$,
    'the detector runs in a pass'
);

select * from finish();
rollback;
