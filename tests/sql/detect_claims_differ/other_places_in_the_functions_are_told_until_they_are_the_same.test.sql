begin;
select plan(12);

select analytics.note_claim_paths('{"org": ["org_id"], "org_role": ["org_role"], "admin": ["is_admin"]}');
select is_empty('select from freshet.find_claims_differ()', 'nothing differs by default');

select freshet.use_claims('{"org": "app_metadata.org_id"}');
select analytics.note_claim_paths('{"org": ["org_id"], "org_role": ["org_role"], "admin": ["is_admin"]}');
select is_empty('select from freshet.find_claims_differ()', 'setting and row are changed one after the other');
select analytics.note_claim_paths('{"org": ["org_id"], "org_role": ["org_role"], "admin": ["is_admin"]}');
select results_eq(
    $$ select f.subject, f.evidence ->> 'message' from freshet.find_claims_differ() as f $$,
    $$ values ('claims', 'the functions read org at ["org_id"], and the database reads org at ["app_metadata", "org_id"]') $$,
    'two audits are told, with what differs alone'
);
select analytics.audit_pass();
select is((select state from analytics.findings where kind = 'claims_differ'), 'bad', 'by a pass');
select ok(
    analytics.get_audit_health() -> 'reasons' @> to_jsonb((select i.fingerprint from analytics.incidents as i where i.kind = 'claims_differ' and i.closed_at is null)),
    'and by health'
);
select analytics.note_claim_paths('{"org": ["app_metadata", "org_id"], "org_role": ["org_role"], "admin": ["is_admin"]}');
select analytics.audit_pass();
select is((select state from analytics.findings where kind = 'claims_differ'), 'ok', 'the same paths end it');
select analytics.note_claim_paths(p::jsonb), analytics.note_claim_paths(p::jsonb) from unnest(array['null', '{}', '[]', '{"org": 7, "x": 1}']) as p;
select isnt_empty('select from freshet.find_claims_differ()', 'functions that tell something else differ');
select analytics.note_claim_paths(null), analytics.note_claim_paths(null);
select isnt_empty('select from freshet.find_claims_differ()', 'and those that tell nothing');
update freshet.claim_paths set noted_at = clock_timestamp() - interval '16 minutes';
select is_empty('select from freshet.find_claims_differ()', 'what was told long ago is no longer told');
delete from freshet.claim_paths;
select analytics.note_claim_paths('{"org": ["x"], "org_role": ["org_role"], "admin": ["is_admin"]}') from generate_series(1, 3);
select isnt_empty('select from freshet.find_claims_differ()', 'without its row the database reads the default, and that is compared');
select freshet.use_claims('{"org": "x"}');
select analytics.note_claim_paths('{"org": ["x"], "org_role": ["org_role"], "admin": ["is_admin"]}');
select is_empty('select from freshet.find_claims_differ()', 'and a row that is written again is compared');
select ok(
    has_function_privilege('service_role', 'analytics.note_claim_paths(jsonb)', 'execute')
    and not has_function_privilege('authenticated', 'analytics.note_claim_paths(jsonb)', 'execute'),
    'the functions alone tell'
);

select * from finish();
rollback;
