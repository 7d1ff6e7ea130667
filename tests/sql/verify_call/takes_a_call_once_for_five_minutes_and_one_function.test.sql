begin;
select plan(20);

create function pg_temp.set_secret(secret_name text, value text) returns void language sql as $$
    delete from vault.secrets where name = secret_name;
    select vault.create_secret(value, secret_name) where value is not null;
$$;
-- The newest call, as its function would report it.
create function pg_temp.verdict(
    function_name text default 'nightly', call_id bigint default null, later bigint default 0, body text default '{"day": 1}',
    signature text default null
) returns text language sql as $$
    select analytics.verify_call(
        verdict.function_name, coalesce(verdict.call_id, (q.headers ->> 'Freshet-Call-Id')::bigint),
        (q.headers ->> 'Freshet-Call-Time')::bigint + later,
        encode(sha256(convert_to(verdict.body, 'UTF8')), 'hex'), coalesce(verdict.signature, q.headers ->> 'Freshet-Signature')
    )
    from net.http_request_queue as q order by q.id desc limit 1
$$;
create function pg_temp.call() returns void language sql as $$ select analytics.invoke_function('nightly', '{"day": 1}') $$;
-- Signs as invoke_function does, but at another time.
create function pg_temp.verdict_of_one_signed(ago interval) returns text language sql as $$
    select analytics.verify_call(
        'nightly', c.call_id, t.at, 'ab',
        freshet.call_signature(freshet.vault_secret('freshet_call_secret'), 'nightly', c.call_id, t.at, 'ab')
    )
    from (select max(h.call_id) as call_id from analytics.http_calls as h) as c
    cross join (select extract(epoch from clock_timestamp() - ago)::bigint as at) as t
$$;

select pg_temp.set_secret('project_url', 'http://127.0.0.1:9');
select pg_temp.call();
select is(pg_temp.verdict('other'), 'wrong', 'for another function it is worth nothing');
select is(pg_temp.verdict(body => '{"day": 2}'), 'wrong', 'nor with another body');
select is(pg_temp.verdict(later => 1), 'wrong', 'nor at another time');
select is(pg_temp.verdict(call_id => 999999999), 'wrong', 'nor for another row');
select is(pg_temp.verdict(signature => repeat('0', 64)), 'wrong', 'nor with another signature');
select is(pg_temp.verdict(signature => ''), 'wrong', 'or with none');
select is((select accepted_at from analytics.http_calls order by call_id desc limit 1), null, 'none of these takes the call');
select is(pg_temp.verdict(), 'accepted', 'as it was sent it is taken');
select is(pg_temp.verdict(), 'used', 'once');
select ok((select accepted_at is not null from analytics.http_calls order by call_id desc limit 1), 'the ledger says when');

select pg_temp.call();
select is(pg_temp.verdict_of_one_signed('301 seconds'), 'expired', 'after five minutes it is worth nothing');
select is(pg_temp.verdict_of_one_signed('-301 seconds'), 'expired', 'nor is one of the future');
select is(pg_temp.verdict_of_one_signed('290 seconds'), 'accepted', 'until then it is');
select pg_temp.call();
delete from analytics.http_calls;
select is(pg_temp.verdict(), 'used', 'a call that the ledger does not know is not taken');

-- Rotation: what is on its way holds for as long as a signature does.
select pg_temp.call();
select ok(analytics.rotate_call_secret() > now(), 'a rotation says until when the secret before it holds');
select is(pg_temp.verdict(), 'accepted', 'a call that was signed before the rotation is taken');
select pg_temp.call();
select is(pg_temp.verdict(), 'accepted', 'and one that was signed after it');
select pg_temp.call();
select is(analytics.rotate_call_secret(keep_old => false), null, 'after a leak none is kept');
select is(pg_temp.verdict(), 'wrong', 'and what was on its way is refused');
delete from vault.secrets;
select is(pg_temp.verdict(), 'wrong', 'without a secret nothing is taken');

select * from finish();
rollback;
