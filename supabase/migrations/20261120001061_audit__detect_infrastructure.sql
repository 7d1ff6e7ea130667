-- Object: private.detect_infrastructure()

create function private.detect_infrastructure(runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    null;
end
$$;
revoke all on function private.detect_infrastructure(private.audited_run[]) from public, anon, authenticated;
