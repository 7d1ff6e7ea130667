-- Object: freshet.assert_operator()
-- Why: the one place that decides who may operate Freshet: an admin by verified claim, the service role, or the owner
--      in a direct session.
create function freshet.assert_operator()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    claims constant jsonb := freshet.caller_claims();
    -- The role that SET ROLE chose: a security definer function changes current_user, not this setting.
    acting_role constant text := current_setting('role');
    allowed boolean;
begin
    if claims is not null then
        -- Claims need not have a role: "=" would make null of it, which is not a refusal.
        allowed := analytics.is_admin() or claims ->> 'role' is not distinct from 'service_role';
    elsif acting_role = 'none' then
        allowed := pg_has_role(session_user, current_user, 'usage');
    else
        allowed := acting_role in (current_user, 'service_role');
    end if;
    if not allowed then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'permission denied: admins only',
            hint = 'Sign in as a user whose token carries is_admin: true, or use the secret key.';
    end if;
end
$$;

revoke all on function freshet.assert_operator() from public, anon, authenticated;

comment on function freshet.assert_operator() is
    'Raises 42501 unless the caller is an admin, the service role, or the owner in a direct session. Call it first in a security definer function of the same owner.';
