begin;
select plan(1);

create temporary table cases (headers text, network cidr);
insert into cases values
    ('{"cf-connecting-ip": "203.0.113.77"}', '203.0.113.0/24'),
    ('{"cf-connecting-ip": " 2001:DB8:1:2:3:4:5:6 "}', '2001:db8:1::/48'),
    ('{"cf-connecting-ip": "2001:db8::1"}', '2001:db8::/48'),
    ('{"cf-connecting-ip": "::ffff:203.0.113.77"}', '203.0.113.0/24'),
    ('{"cf-connecting-ip": "203.0.113.77", "x-forwarded-for": "198.51.100.5"}', '203.0.113.0/24'),
    -- What a caller may have written comes first, and what the last proxy saw last.
    ('{"x-forwarded-for": "10.9.8.7, 203.0.113.5"}', '203.0.113.0/24'),
    ('{"x-forwarded-for": "203.0.113.5"}', '203.0.113.0/24'),
    ('{"cf-connecting-ip": ""}', null), ('{"cf-connecting-ip": "unknown"}', null), ('{"cf-connecting-ip": "203.0.113.256"}', null),
    ('{"cf-connecting-ip": "203.0.113.77/8"}', null), ('{"cf-connecting-ip": "fe80::1%eth0"}', null), ('{"cf-connecting-ip": "1:2"}', null),
    ('{"cf-connecting-ip": null}', null), ('{"cf-connecting-ip": ["203.0.113.77"]}', null), ('{}', null), ('[]', null), ('', null);
select is_empty(
    $$ select c.headers, c.network, n.network
       from cases as c
       cross join lateral (select set_config('request.headers', c.headers, true)) as s
       cross join lateral (select case when s is not null then freshet.network_of_request() end) as n (network)
       where n.network is distinct from c.network $$,
    'each header has its network, or none'
);

select * from finish();
rollback;
