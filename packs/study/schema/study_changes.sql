-- Object: freshet.study_changes
-- Grain: one row per statement that wrote, and user, question and day that it wrote about
-- Why: the log of what has to be recomputed. It is only appended to, so that no writer waits for another or for the job
--      that empties it; several rows about one thing are recomputed once.
create table freshet.study_changes (
    change_id bigint generated always as identity primary key,
    user_id text not null,
    topic_id uuid,
    question_id uuid,
    changed_on date,
    error text
);

create index study_changes_user_id_idx on freshet.study_changes (user_id);

revoke all on table freshet.study_changes from public, anon, authenticated, service_role;

comment on table freshet.study_changes is
    'What was written since analytics.update_topic_mastery() ran last. Emptied by that job.';

comment on column freshet.study_changes.question_id is 'The question whose answers changed; null if no answer did.';

comment on column freshet.study_changes.topic_id is 'The topic whose mastery changed; null if none did.';

comment on column freshet.study_changes.changed_on is 'The UTC day whose figures changed; null if none did.';

comment on column freshet.study_changes.error is
    'Why the last run of the job could not recompute this; null if none has tried. Each run tries it again.';
