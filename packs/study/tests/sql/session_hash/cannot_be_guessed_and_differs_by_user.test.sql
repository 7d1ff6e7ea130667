begin;
select plan(8);

select matches(freshet.session_hash('ada', 's'), '^[0-9a-f]{64}$', 'a hash is 64 hex digits');
select is(freshet.session_hash('ada', 's'), freshet.session_hash('ada', 's'), 'the same every time');
select isnt(freshet.session_hash('ada', 's'), freshet.session_hash('bob', 's'), 'different for another user');
select isnt(freshet.session_hash('ada', 's'), freshet.session_hash('ada', 't'), 'and for another session');
select isnt(freshet.session_hash('a", "b', 'c'), freshet.session_hash('a', 'b", "c'), 'no two pairs of texts are one');
select isnt(freshet.user_hash('ada'), freshet.session_hash('ada', 's'), 'a user has a hash of their own');
create temporary table before as select freshet.session_hash('ada', 's') as session, freshet.user_hash('ada') as person;
select vault.update_secret(s.id, repeat('0', 64)) from vault.secrets as s where s.name = 'freshet_study_pepper';
select isnt(freshet.session_hash('ada', 's'), session, 'with another pepper a session has another hash') from before;
-- HMAC-SHA256 with the key "000…0" (64 characters), by: openssl dgst -sha256 -mac hmac -macopt key:…
select results_eq(
    $$ select freshet.user_hash('ada'), freshet.session_hash('ada', 's') $$,
    $$ values ('f4f5fd24381b945c931f20f98f3cb20e98d3825e325929abceaf2d9623a88350', '8cc4b1411719271bdf1d99dde7b36c13e8b66fa98cbda4ee5c2e502b6c2e5d86') $$, 'it is an HMAC that other programs compute, too'
);

select * from finish();
rollback;
