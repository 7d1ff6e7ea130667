begin;
select plan(11);

-- The vectors are those of tests/unit/adapters/supabase/subject_id_test.ts, computed by Python's uuid.uuid5.
select is(freshet.subject_id('https://clerk.example.com', 'user_2abc'), 'a5200e67-d9bb-518e-9e7b-0aa42787842b', 'a user of one issuer');
select is(freshet.subject_id('https://other.example.com', 'user_2abc'), 'a3c8ebe3-0481-53fc-807d-eff187a1fb82', 'the same subject of another issuer is another user');
select is(freshet.subject_id('https://clerk.example.com', 'üser_✓'), 'a7ae97af-e0ce-5d5f-a186-007558dcc9dc', 'a subject beyond ASCII counts as UTF-8');
select is(freshet.subject_id('https://clerk.example.co', E'm\nuser_2abc'), '08aea6b9-5038-5039-bf8e-98c14db995b3', 'a subject with a line break');
select is(freshet.subject_id('https://clerk.example.com', 'org_2abc'), '13f8cbc5-43df-5b44-8384-9af8915b293f', 'a user is never an organisation of that id');

select is(freshet.subject_id('', 'user_2abc'), null, 'no issuer, no user');
select is(freshet.subject_id('https://clerk.example.com', ''), null, 'no subject, no user');
select is(freshet.subject_id('https://clerk.example.com', null), null, 'nor from null');
select is(freshet.subject_id(E'https://clerk.example.co\nm', 'user_2abc'), null, 'an issuer with a line break would be ambiguous');

select is(has_function_privilege('authenticated', 'freshet.subject_id(text, text)', 'execute'), false, 'users do not call it');
select is(has_function_privilege('service_role', 'freshet.subject_id(text, text)', 'execute'), true, 'the service does');

select * from finish();
rollback;
