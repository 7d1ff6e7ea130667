-- Object: freshet.take_caller()
-- Why: whose events these are is what the verified token says, never an argument.
create function freshet.take_caller()
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    claims constant jsonb := freshet.caller_claims();
    subject constant text := claims ->> 'sub';
begin
    if coalesce(claims ->> 'role', '') <> 'authenticated' or coalesce(subject, '') = '' then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format(
                'events are tracked for the user who is signed in, and this call has the role "%s" and %s',
                coalesce(claims ->> 'role', current_setting('role')),
                case when coalesce(subject, '') = '' then 'no subject' else 'a subject' end
            ),
            hint = 'Sign in, and call with the user''s access token: supabase.auth.signInWithPassword(…), then supabase.rpc(…). A secret key has no user.';
    end if;
    if octet_length(subject) > 1000 then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('the subject of the token has %s bytes, and a user''s id has at most 1000', octet_length(subject)),
            hint = 'Let the identity provider issue shorter ids.';
    end if;
    return subject;
end
$$;

revoke all on function freshet.take_caller() from public, anon, authenticated, service_role;

comment on function freshet.take_caller() is 'The signed-in user; raises 42501 for any other caller.';
