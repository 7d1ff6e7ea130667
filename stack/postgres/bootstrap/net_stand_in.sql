-- STAND-IN for the extension pg_net, which only the hosted platform (and its Docker images) ships.
-- Same schema, tables, function signatures and grants. The background worker is stack/postgres/net_worker.ts:
-- it takes requests from the queue after commit and writes net._http_response, as pg_net's does.
create schema if not exists net;
comment on schema net is 'STAND-IN for pg_net, made by the local stack';

create unlogged table if not exists net.http_request_queue (
    id bigserial,
    method text not null check (upper(method) in ('GET', 'POST', 'DELETE')),
    url text not null,
    headers jsonb,
    body bytea,
    timeout_milliseconds integer not null
);

create unlogged table if not exists net._http_response (
    id bigint,
    status_code integer,
    content_type text,
    headers jsonb,
    content text,
    timed_out boolean,
    error_msg text,
    created timestamptz not null default now()
);
create index if not exists _http_response_created_idx on net._http_response (created);

create or replace function net._url_with_params(url text, params jsonb) returns text
language sql
immutable
set search_path = ''
as $body$
    -- Percent-encodes every byte outside RFC 3986's unreserved set.
    with encoded as (
        select p.position, string_agg(
            case
                when get_byte(p.bytes, b.byte_index) between 48 and 57
                    or get_byte(p.bytes, b.byte_index) between 65 and 90
                    or get_byte(p.bytes, b.byte_index) between 97 and 122
                    or get_byte(p.bytes, b.byte_index) in (45, 46, 95, 126)
                then chr(get_byte(p.bytes, b.byte_index))
                else '%' || upper(lpad(to_hex(get_byte(p.bytes, b.byte_index)), 2, '0'))
            end, '' order by b.byte_index) as text
        from (
            select e.ordinality * 2 - 1 as position, convert_to(e.key, 'UTF8') as bytes
            from jsonb_each_text(params) with ordinality as e (key, value, ordinality)
            union all
            select e.ordinality * 2, convert_to(e.value, 'UTF8')
            from jsonb_each_text(params) with ordinality as e (key, value, ordinality)
        ) as p
        left join lateral generate_series(0, length(p.bytes) - 1) as b (byte_index) on true
        group by p.position
    ), pairs as (
        select k.position, coalesce(k.text, '') || '=' || coalesce(v.text, '') as pair
        from encoded as k
        join encoded as v on v.position = k.position + 1
        where k.position % 2 = 1
    )
    select case
        when (select count(*) from pairs) = 0 then url
        else url || case when position('?' in url) > 0 then '&' else '?' end
            || (select string_agg(pairs.pair, '&' order by pairs.position) from pairs)
    end
$body$;

create or replace function net._queue(
    method text, url text, params jsonb, headers jsonb, body bytea, timeout_milliseconds integer
) returns bigint
language plpgsql
volatile
security definer
set search_path = ''
as $body$
declare
    request_id bigint;
begin
    insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
    values (_queue.method, net._url_with_params(_queue.url, _queue.params), _queue.headers, _queue.body, _queue.timeout_milliseconds)
    returning id into request_id;
    -- Delivered at commit: a request of a transaction that rolls back is never sent.
    perform pg_catalog.pg_notify('net_stand_in', '');
    return request_id;
end
$body$;

create or replace function net.http_get(
    url text, params jsonb default '{}'::jsonb, headers jsonb default '{}'::jsonb,
    timeout_milliseconds integer default 5000
) returns bigint
language sql
volatile
strict
set search_path = ''
as $body$
    select net._queue('GET', url, params, headers, null, timeout_milliseconds)
$body$;

create or replace function net.http_delete(
    url text, params jsonb default '{}'::jsonb, headers jsonb default '{}'::jsonb,
    timeout_milliseconds integer default 5000, body jsonb default null
) returns bigint
language sql
volatile
set search_path = ''
as $body$
    select net._queue('DELETE', url, params, headers, convert_to(body::text, 'UTF8'), timeout_milliseconds)
$body$;

create or replace function net.http_post(
    url text, body jsonb default '{}'::jsonb, params jsonb default '{}'::jsonb,
    headers jsonb default '{"Content-Type": "application/json"}'::jsonb, timeout_milliseconds integer default 5000
) returns bigint
language plpgsql
volatile
set search_path = ''
as $body$
declare
    content_type text;
begin
    select h.value into content_type
    from jsonb_each_text(coalesce(http_post.headers, '{}'::jsonb)) as h (key, value)
    where lower(h.key) = 'content-type'
    limit 1;

    if content_type is null then
        http_post.headers := coalesce(http_post.headers, '{}'::jsonb) || '{"Content-Type": "application/json"}'::jsonb;
    elsif content_type <> 'application/json' then
        raise exception 'Content-Type header must be "application/json"';
    end if;
    if http_post.body is null then
        raise exception 'body must not be null';
    end if;

    return net._queue('POST', http_post.url, http_post.params, http_post.headers,
        convert_to(http_post.body::text, 'UTF8'), http_post.timeout_milliseconds);
end
$body$;

-- As pg_net 0.12 and later do: every role reaches the schema.
grant usage on schema net to public;
grant all on all tables in schema net to public;
grant all on all sequences in schema net to public;

select pg_temp.register_stand_in('pg_net', 'extensions');
