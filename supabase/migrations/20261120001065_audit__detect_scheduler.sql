-- Object: private.detect_scheduler()

create function private.detect_scheduler()
returns void
language plpgsql
set search_path = ''
as $$
begin
    null;
end
$$;
revoke all on function private.detect_scheduler() from public, anon, authenticated;
