-- Object: private.detect_open_runs()

create function private.detect_open_runs()
returns void
language plpgsql
set search_path = ''
as $$
begin
    null;
end
$$;
revoke all on function private.detect_open_runs() from public, anon, authenticated;
