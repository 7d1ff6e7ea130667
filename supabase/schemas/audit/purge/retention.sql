-- Object: analytics.retention
-- Grain: one row per kind of history
-- Why: how long to keep a history is the operator's decision.
-- Why of_all_jobs: the history of pg_cron belongs to every job of the database. An installation that deletes what other
--      jobs wrote destroys their evidence, without being asked to; so only runs of Freshet's own commands are deleted,
--      unless this column says otherwise.
create table analytics.retention (
    history text primary key check (history in ('runs', 'refresh_log', 'refresh_requests', 'http_calls', 'outbox', 'incidents', 'access_log', 'export_jobs', 'operator_actions')),
    keep_for interval not null check (keep_for >= interval '1 day'),
    batch_size integer not null default 20000 check (batch_size between 1 and 1000000),
    of_all_jobs boolean not null default false,
    swept jsonb not null default '{}',
    constraint retention_spans_check check (keep_for <= interval '100 years'),
    constraint retention_of_all_jobs_check check (history = 'runs' or not of_all_jobs)
);

alter table analytics.retention enable row level security;

revoke all on table analytics.retention from public, anon, authenticated;

comment on table analytics.retention is 'How long each history is kept. Set by hand, with an update.';

comment on column analytics.retention.batch_size is 'The most rows that one call of freshet.purge_history deletes.';

comment on column analytics.retention.history is
    'runs: cron.job_run_details; refresh_log: the ledger; refresh_requests: finished requests; http_calls: settled calls; outbox: delivered alerts; incidents: closed ones; access_log: who read whose rows; export_jobs: exports whose object is gone; operator_actions: who did what over HTTP.';

comment on column analytics.retention.of_all_jobs is
    'For runs: whether those of every job are deleted, not only Freshet''s. Set by hand.';

comment on column analytics.retention.swept is
    'For runs: up to which runid the purge has looked, under which rule. Its own note.';

insert into analytics.retention (history, keep_for)
values
    ('runs', '14 days'),
    ('refresh_log', '90 days'),
    ('http_calls', '30 days'),
    ('outbox', '30 days'),
    ('incidents', '365 days'),
    ('refresh_requests', '30 days'),
    ('access_log', '2 years'),
    ('export_jobs', '7 days'),
    ('operator_actions', '2 years');
