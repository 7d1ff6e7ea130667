-- Object: analytics.scheduled_jobs.muted_until, paused_until
-- Why: a job that is silenced for ever is forgotten, and then fails silently. A silence ends at a moment that can be named,
--      and lists of jobs can write.

update analytics.scheduled_jobs as j
set muted_until = case when isfinite(j.muted_until) then j.muted_until when j.muted_until > now() then now() + interval '1 year' end,
    paused_until = case when isfinite(j.paused_until) then j.paused_until when j.paused_until > now() then now() + interval '1 year' end
where not (isfinite(coalesce(j.muted_until, now())) and isfinite(coalesce(j.paused_until, now())));

alter table analytics.scheduled_jobs
    add constraint scheduled_jobs_silence_ends check (isfinite(muted_until) and isfinite(paused_until));
