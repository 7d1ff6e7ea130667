-- Object: private.detect_views()

create function private.detect_views()
returns void
language plpgsql
set search_path = ''
as $$
begin
    null;
end
$$;
revoke all on function private.detect_views() from public, anon, authenticated;
