begin;
select plan(4);

delete from vault.secrets;
select throws_ok(
    $$ select analytics.invoke_function('cron-audit') $$, '55000', 'cannot invoke function "cron-audit": secret "project_url" is missing in Vault',
    'a missing address is named'
);
select vault.create_secret('http://127.0.0.1:9', 'project_url');
select throws_ok(
    $$ select analytics.invoke_function('cron-audit') $$, '55000', 'cannot invoke function "cron-audit": secret "cron_secret_key" is missing in Vault',
    'a missing key is named'
);
select vault.create_secret('planted-key', 'cron_secret_key');
select lives_ok($$ select analytics.invoke_function('cron-audit', '{"x": 1}') $$, 'with both it queues the call');
select is_empty(
    $$ select jobname from cron.job where command ~* 'sb_secret|apikey|https?://' $$,
    'no job command holds a key or a host'
);

select * from finish();
rollback;
