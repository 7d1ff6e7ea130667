-- Object: freshet.network_of_request()
-- Why: an address is personal data; its network says as much as reports may know. The address is taken by the rule of
--      the HTTP functions' limits (shared/http/request/client_address.ts): the header that the edge sets itself, else
--      the last hop, which no caller can set.
create function freshet.network_of_request()
returns cidr
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    headers constant jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
    hops constant text := coalesce(headers ->> 'cf-connecting-ip', headers ->> 'x-forwarded-for');
    -- An IPv4 address in the notation of IPv6 is that IPv4 address.
    hop constant text := regexp_replace(lower(btrim(substring(hops from '[^,]*$'))), '^::ffff:(?=[0-9.]+$)', '');
begin
    if hop !~ '^[0-9a-f.:]{2,45}$' then
        return null;
    end if;
    return network(set_masklen(hop::inet, case when hop ~ ':' then 48 else 24 end));
exception
    -- An event counts without its network.
    when data_exception then
        return null;
end
$$;

revoke all on function freshet.network_of_request() from public, anon, authenticated, service_role;

comment on function freshet.network_of_request() is
    'The network of the client of this request: IPv4 /24, IPv6 /48; null where no header has an address.';
