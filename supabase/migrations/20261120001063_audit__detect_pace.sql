-- Object: private.detect_pace()

create function private.detect_pace(runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    null;
end
$$;
revoke all on function private.detect_pace(private.audited_run[]) from public, anon, authenticated;
