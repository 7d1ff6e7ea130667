begin;
select plan(7);

delete from vault.secrets where name = 'freshet_study_pepper';
select matches(freshet.study_pepper(), '^[0-9a-f]{64}$', 'the first use makes the pepper');
create temporary table first_pepper as select freshet.study_pepper() as pepper;
select is(freshet.study_pepper(), pepper, 'and every later one finds it') from first_pepper;
select is((select count(*)::integer from vault.secrets where name = 'freshet_study_pepper'), 1, 'in Vault, once');
delete from vault.secrets where name = 'freshet_study_pepper';
select isnt(freshet.study_pepper(), pepper, 'another project has another one') from first_pepper;

delete from vault.secrets where name = 'freshet_study_pepper';
insert into freshet.erasures (user_hash) values (repeat('0', 64));
select throws_ok(
    'select freshet.study_pepper()', '55000', 'Vault has lost the secret "freshet_study_pepper", by which the events of erased users are recognised',
    'after an erasure a lost pepper is not replaced silently'
);
select vault.create_secret(repeat('1', 64), 'freshet_study_pepper');
select is(freshet.study_pepper(), repeat('1', 64), 'but by the operator');

select is_empty(
    $$ select p.oid::regprocedure, r.name from pg_proc as p, unnest(array['anon', 'authenticated', 'service_role']) as r (name)
       where p.oid in ('freshet.study_pepper()'::regprocedure, 'freshet.session_hash(text, text)'::regprocedure, 'freshet.user_hash(text)'::regprocedure)
         and has_function_privilege(r.name, p.oid, 'execute') $$,
    'no role of the API reads it or hashes with it'
);

select * from finish();
rollback;
