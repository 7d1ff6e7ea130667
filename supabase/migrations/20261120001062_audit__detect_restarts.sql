-- Object: private.detect_restarts()

create function private.detect_restarts(runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    null;
end
$$;
revoke all on function private.detect_restarts(private.audited_run[]) from public, anon, authenticated;
