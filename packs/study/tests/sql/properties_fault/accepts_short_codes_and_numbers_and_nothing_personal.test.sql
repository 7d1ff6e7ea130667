begin;
select plan(1);

create temporary table cases (properties jsonb, code text, says text);
insert into cases values
    ('{}', null, null),
    ('{"a": 1, "b": -2.5, "c": true, "d": null, "e": "pdf", "f": ["x", 1, false, null], "g": ""}', null, null),
    ('{"url": "https://example.org/a-b_c:8080/", "version": "1.2.3", "time": "10:15:30", "id": "00000000-0000-4000-8000-0000000000a1"}', null, null),
    (jsonb_build_object('a', repeat('x', 100)), null, null),
    (jsonb_build_object('a', repeat('x', 101)), 'invalid_properties', '%101 characters%'),
    ('{"a": "two words"}', 'invalid_properties', 'the property "a" has a text of 9 characters, and at most 100 letters, digits and _.:/+- are accepted'),
    ('{"a": "naïve"}', 'invalid_properties', '%'),
    ('{"a": "x\ny"}', 'invalid_properties', '%'),
    ('{"a": {"b": 1}}', 'invalid_properties', 'the property "a" is nested, and properties are flat'),
    ('{"a": [[1]]}', 'invalid_properties', '%nested%'),
    ('{"a": ["two words"]}', 'invalid_properties', '%'),
    (jsonb_build_object('a', (select jsonb_agg(n) from generate_series(1, 20) as n)), null, null),
    (jsonb_build_object('a', (select jsonb_agg(n) from generate_series(1, 21) as n)), 'invalid_properties', 'the property "a" has 21 elements, and at most 20 are accepted'),
    ((select jsonb_object_agg('k' || n, n) from generate_series(1, 20) as n), null, null),
    ((select jsonb_object_agg('k' || n, n) from generate_series(1, 21) as n), 'invalid_properties', '"properties" has 21 keys, and at most 20 are accepted'),
    ((select jsonb_object_agg('k' || n, repeat('x', 90)) from generate_series(1, 20) as n), null, null),
    ((select jsonb_object_agg('k' || n, repeat('x', 99)) from generate_series(1, 20) as n), 'invalid_properties', '"properties" has % bytes, and at most 2048 are accepted'),
    ('{"A": 1}', 'invalid_properties', 'the property "A" has to be called in lower case letters, digits and _, at most 40'),
    ('{"1a": 1}', 'invalid_properties', '%'),
    ('{"": 1}', 'invalid_properties', '%'),
    (jsonb_build_object(repeat('k', 40), 1), null, null),
    (jsonb_build_object(repeat('k', 41), 1), 'invalid_properties', '%'),
    ('{"n": 999999999999999}', null, null),
    ('{"n": 1e15}', 'invalid_properties', 'the property "n" is 1000000000000000, and numbers are below 1e15'),
    ('{"n": 1e400}', 'invalid_properties', '%'),
    ('[1]', 'invalid_properties', '"properties" is a JSON array, and has to be an object'),
    ('"x"', 'invalid_properties', '%'),
    -- Keys, with values that are harmless.
    ('{"email": 1}', 'personal_data', 'the property "email" is called like personal data'),
    ('{"e_mail": 1}', 'personal_data', '%'), ('{"user_email": 1}', 'personal_data', '%'), ('{"email2": 1}', 'personal_data', '%'),
    ('{"EMail": 1}', 'personal_data', '%'), ('{"mail": 1}', 'personal_data', '%'),
    ('{"name": 1}', 'personal_data', '%'), ('{"first_name": 1}', 'personal_data', '%'), ('{"lastname": 1}', 'personal_data', '%'),
    ('{"file_name": 1}', 'personal_data', '%'), ('{"username": 1}', 'personal_data', '%'),
    ('{"birthday": 1}', 'personal_data', '%'), ('{"date_of_birth": 1}', 'personal_data', '%'), ('{"dob": 1}', 'personal_data', '%'),
    ('{"phone": 1}', 'personal_data', '%'), ('{"home_address": 1}', 'personal_data', '%'), ('{"ip": 1}', 'personal_data', '%'),
    ('{"user_agent": 1}', 'personal_data', '%'), ('{"useragent": 1}', 'personal_data', '%'), ('{"password": 1}', 'personal_data', '%'),
    ('{"material_type": "pdf", "filename_length": 1, "is_microphone_on": true, "zipped": 1, "renamed": true, "tipped": 1}', null, null),
    ('{"realname": 1}', 'personal_data', '%'), ('{"filename": 1}', 'personal_data', '%'), ('{"displaynames": 1}', 'personal_data', '%'),
    ('{"usermail": 1}', 'personal_data', '%'), ('{"tournament": 1, "mailing": 1}', null, null),
    -- Values, under keys that are harmless.
    ('{"a": "ada@example.org"}', 'personal_data', 'the property "a" has a value like a day, a telephone number, an address or an e-mail'),
    ('{"a": ["x", "ada@example.org"]}', 'personal_data', '%'),
    ('{"a": "1990-02-03"}', 'personal_data', '%'), ('{"a": "19900203"}', 'personal_data', '%'), ('{"a": "1990/02/03"}', 'personal_data', '%'),
    ('{"a": "1990.02.03"}', 'personal_data', '%'), ('{"a": "03.02.1990"}', 'personal_data', '%'), ('{"a": "2/13/1990"}', 'personal_data', '%'),
    ('{"a": "on:1990-02-03T00:00:00Z"}', 'personal_data', '%'), ('{"a": 19900203}', 'personal_data', '%'),
    ('{"a": 1.9900203e7}', 'personal_data', '%'), ('{"a": "+491701234567"}', 'personal_data', '%'), ('{"a": "+49-170/1234567"}', 'personal_data', '%'),
    ('{"a": "192.168.1.17"}', 'personal_data', '%'), ('{"a": "2001:db8::1"}', 'personal_data', '%'), ('{"a": "::ffff:192.168.1.17"}', 'personal_data', '%'),
    ('{"a": "2001:db8:0:0:0:0:0:1"}', 'personal_data', '%'), ('{"a": "1990-2-3"}', 'personal_data', '%'), ('{"a": "1990/2/03"}', 'personal_data', '%'),
    ('{"a": "3/2/1990"}', 'personal_data', '%'), ('{"a": 19900203.0}', 'personal_data', '%'), ('{"a": ["1990-02-3"]}', 'personal_data', '%'),
    ('{"a": "10:15:30:01", "b": "1.2.3", "c": "10::x", "d": "1990-2", "e": "1990-2-33", "f": "01990203", "g": "1990.2/3"}', null, null),
    ('{"a": 0.19900203, "b": 19901303, "c": "1990-13-03", "d": "1990-02", "e": 199002031, "f": "199002031"}', null, null);

select is_empty(
    $$ select c.properties, f.code, f.detail from cases as c, freshet.properties_fault(c.properties) as f
       where f.code is distinct from c.code or (c.says is not null and f.detail not like c.says) or (c.code is null and f.detail is not null) $$,
    'each case has its code and what is wrong'
);

select * from finish();
rollback;
