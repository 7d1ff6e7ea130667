-- Object: freshet.take_refuse()
-- Why: a call that is refused as a whole has written nothing, and says what to change.
create function freshet.take_refuse(message text, hint text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using errcode = 'invalid_parameter_value', message = take_refuse.message, hint = take_refuse.hint;
end
$$;

revoke all on function freshet.take_refuse(text, text) from public, anon, authenticated, service_role;

comment on function freshet.take_refuse(text, text) is 'Raises 22023, which is HTTP 400.';
