-- Object: freshet.properties_fault()
-- Why: properties are the one place of an event where a client chooses the keys, so what they may hold is a closed
--      shape in which neither a sentence nor an e-mail address fits.
-- Why keys by words: a harmless value today is a name tomorrow. file_name is refused with the others: files are called
--      after people.
create function freshet.properties_fault(properties jsonb, out code text, out detail text)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    personal_key constant text :=
        'email|birth|(user|first|last|full|nick|sur|fore)name|(name|mail)s?$'
        || '|(^|[_0-9])(mails?|names?|dob|born|phones?|tel|telephone|address|addresses|street|zip|postcode|ssn|passport|iban'
        || '|ip|password|user_?agent)($|[_0-9])';
    -- A day with year, month and day in either order, an IP address, a telephone number, anything with an @.
    personal_text constant text :=
        '(^|\D)(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])($|\D)'
        || '|(^|\D)(19|20)\d\d([-/.])(0?[1-9]|1[0-2])\8(0?[1-9]|[12]\d|3[01])($|\D)'
        || '|(^|\D)(0?[1-9]|[12]\d|3[01])([-/.])(0?[1-9]|[12]\d|3[01])\14(19|20)\d\d($|\D)'
        || '|^([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}$|^[0-9a-fA-F:]*::[0-9a-fA-F:.]*$'
        || '|^(\d{1,3}\.){3}\d{1,3}$|^\+[0-9./-]{6,}$|@';
    day_number constant text := '^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(\.0+)?$';
    plain_text constant text := '^[A-Za-z0-9_.:/+-]{0,100}$';
    key text;
    value jsonb;
    element jsonb;
    written text;
begin
    if jsonb_typeof(properties) <> 'object' then
        code := 'invalid_properties';
        detail := format('"properties" is a JSON %s, and has to be an object', jsonb_typeof(properties));
        return;
    end if;
    if octet_length(properties::text) > 2048 then
        code := 'invalid_properties';
        detail := format('"properties" has %s bytes, and at most 2048 are accepted', octet_length(properties::text));
        return;
    end if;
    if (select count(*) from jsonb_object_keys(properties)) > 20 then
        code := 'invalid_properties';
        detail := format('"properties" has %s keys, and at most 20 are accepted', (select count(*) from jsonb_object_keys(properties)));
        return;
    end if;
    for key, value in select p.key, p.value from jsonb_each(properties) as p loop
        if lower(key) ~ personal_key then
            code := 'personal_data';
            detail := format('the property "%s" is called like personal data', left(key, 60));
            return;
        end if;
        if key !~ '^[a-z][a-z0-9_]{0,39}$' then
            code := 'invalid_properties';
            detail := format('the property "%s" has to be called in lower case letters, digits and _, at most 40', left(key, 60));
            return;
        end if;
        if jsonb_typeof(value) = 'array' and jsonb_array_length(value) > 20 then
            code := 'invalid_properties';
            detail := format('the property "%s" has %s elements, and at most 20 are accepted', key, jsonb_array_length(value));
            return;
        end if;
        for element in
            select e from jsonb_array_elements(case jsonb_typeof(value) when 'array' then value else jsonb_build_array(value) end) as e
        loop
            written := element #>> '{}';
            if jsonb_typeof(element) in ('object', 'array') then
                code := 'invalid_properties';
                detail := format('the property "%s" is nested, and properties are flat', key);
                return;
            end if;
            if jsonb_typeof(element) = 'string' and written ~ personal_text
                or jsonb_typeof(element) = 'number' and written ~ day_number
            then
                -- The value is not repeated: it would be in the logs of every client.
                code := 'personal_data';
                detail := format('the property "%s" has a value like a day, a telephone number, an address or an e-mail', key);
                return;
            end if;
            if jsonb_typeof(element) = 'string' and written !~ plain_text then
                code := 'invalid_properties';
                detail := format(
                    'the property "%s" has a text of %s characters, and at most 100 letters, digits and _.:/+- are accepted',
                    key, char_length(written)
                );
                return;
            end if;
            if jsonb_typeof(element) = 'number' and abs(written::numeric) >= 1e15 then
                code := 'invalid_properties';
                detail := format('the property "%s" is %s, and numbers are below 1e15', key, left(written, 40));
                return;
            end if;
        end loop;
    end loop;
end
$$;

revoke all on function freshet.properties_fault(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.properties_fault(jsonb) is
    'What is wrong with the properties of an event: invalid_properties or personal_data, and a sentence; nulls if nothing is.';
