begin;
select plan(10);

-- The vectors are those of tests/unit/adapters/supabase/organisation_id_test.ts, computed by Python's uuid.uuid5.
select is(freshet.organisation_id('https://clerk.example.com', 'org_2abc'), 'a7b35025-3567-5482-8d76-6b18620b943d', 'an organisation of one issuer');
select is(freshet.organisation_id('https://other.example.com', 'org_2abc'), 'fb81a374-4dff-5721-b02c-ee791a84d821', 'the same id of another issuer is another organisation');
select is(freshet.organisation_id('https://clerk.example.com', 'örg_✓'), '0ca34d46-ac64-5c2a-8cd1-46098dbe5f33', 'an id beyond ASCII counts as UTF-8');
select is(freshet.organisation_id('https://clerk.example.co', E'm\norg_2abc'), 'de1222d9-dd96-5ac6-b877-4ff77028cb6a', 'an id with a line break');

select is(freshet.organisation_id('', 'org_2abc'), null, 'no issuer, no organisation');
select is(freshet.organisation_id('https://clerk.example.com', ''), null, 'no id, no organisation');
select is(freshet.organisation_id('https://clerk.example.com', null), null, 'nor from null');
select is(freshet.organisation_id(E'https://clerk.example.co\nm', 'org_2abc'), null, 'an issuer with a line break would be ambiguous');

select is(has_function_privilege('authenticated', 'freshet.organisation_id(text, text)', 'execute'), false, 'users do not call it');
select is(has_function_privilege('service_role', 'freshet.organisation_id(text, text)', 'execute'), true, 'the service does');

select * from finish();
rollback;
