-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/study/schema/answers_changed.sql

-- Object: freshet.answers_changed()
-- Why: every write to answers, tracked or not, is noted once for each user, question and day, so that the jobs recompute
--      what changed and nothing else.
create function freshet.answers_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'DELETE' then
        insert into freshet.study_changes (user_id, topic_id, question_id, changed_on)
        select distinct n.user_id, n.topic_id, n.question_id, (n.attempted_at at time zone 'UTC')::date
        from new_rows as n;
    end if;
    if tg_op <> 'INSERT' then
        insert into freshet.study_changes (user_id, topic_id, question_id, changed_on)
        select distinct o.user_id, o.topic_id, o.question_id, (o.attempted_at at time zone 'UTC')::date
        from old_rows as o;
    end if;
    return null;
end
$$;

revoke all on function freshet.answers_changed() from public, anon, authenticated;

comment on function freshet.answers_changed() is 'Statement trigger of public.question_attempts.';

-- packs/study/schema/browser_family.sql

-- Object: freshet.browser_family()
-- Why: a whole user agent singles out a person. Its family does not, and is all that a report asks for.
create function freshet.browser_family(user_agent text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Nearly every browser claims to be Chrome or Safari too, so these come last.
    select case
        when agent ~ 'Edg(e|A|iOS)?/' then 'edge'
        when agent ~ '(OPR|OPiOS|OPT|Opera)[/ ]' then 'opera'
        when agent ~ 'SamsungBrowser/' then 'samsung'
        when agent ~ '(Firefox|FxiOS)/' then 'firefox'
        when agent ~ '(Chrome|CriOS|Chromium)/' then 'chrome'
        when agent ~ 'Version/.*Safari/' then 'safari'
    end
    from left(user_agent, 1000) as agent;
$$;

revoke all on function freshet.browser_family(text) from public, anon, authenticated, service_role;

comment on function freshet.browser_family(text) is
    'Of a User-Agent: edge, opera, samsung, firefox, chrome or safari; null for any other.';

-- packs/study/schema/daily_user_stats.sql

-- Object: analytics.daily_user_stats
-- Grain: one row per user and UTC day on which the user did something
-- Reads: public.study_events, public.question_attempts, public.study_sessions
-- Serves: /analytics/study/activity
-- Why: the calendar of the last 90 days is 90 rows by key, not a scan of the log.
create table analytics.daily_user_stats (
    user_id text not null,
    stat_date date not null,
    events_count integer not null,
    sessions_count integer not null,
    study_seconds bigint not null,
    questions_attempted integer not null,
    questions_correct integer not null,
    accuracy_rate numeric check (accuracy_rate between 0 and 1),
    avg_time_to_answer_seconds numeric,
    materials_viewed integer not null,
    topics_count integer not null,
    calculated_at timestamptz not null,
    calculation_version text not null,
    constraint ix_daily_user_stats_user_date primary key (user_id, stat_date)
);

alter table analytics.daily_user_stats enable row level security;

revoke all on table analytics.daily_user_stats from public, anon, authenticated;

comment on table analytics.daily_user_stats is 'Figures of a user''s day, written by the nightly batch; late events re-aggregate their day.';

comment on column analytics.daily_user_stats.sessions_count is 'Sessions that began on the day.';

comment on column analytics.daily_user_stats.study_seconds is
    'From the first to the last event of each session that began on the day: a session that crosses midnight belongs to its first day, whole.';

comment on column analytics.daily_user_stats.accuracy_rate is 'Null without answers.';

comment on column analytics.daily_user_stats.avg_time_to_answer_seconds is 'Over the answers with a measured time; null without any.';

comment on column analytics.daily_user_stats.materials_viewed is 'Events material_open.';

comment on column analytics.daily_user_stats.topics_count is 'Topics of the day''s answers.';

-- packs/study/schema/days_to_aggregate.sql

-- Object: freshet.days_to_aggregate
-- Grain: one row per user and UTC day whose daily figures are out of date
-- Why: a late event makes a day of the past out of date. The nightly batch aggregates these days and no others.
create table freshet.days_to_aggregate (
    user_id text not null,
    stat_date date not null,
    primary key (user_id, stat_date)
);

revoke all on table freshet.days_to_aggregate from public, anon, authenticated, service_role;

comment on table freshet.days_to_aggregate is
    'Days that the nightly batch will aggregate. Written from freshet.study_changes by the jobs alone, one at a time.';

-- packs/study/schema/device_type.sql

-- Object: freshet.device_type()
-- Why: what kind of device it was, without the user agent that would single out a person.
create function freshet.device_type(user_agent text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when agent ~* 'bot[/-]|\mbot\M|crawler|spider|headless' then 'bot'
        when agent ~ 'iPad|Tablet|PlayBook|Silk/' or (agent ~ 'Android' and agent !~ 'Mobile') then 'tablet'
        when agent ~ 'Mobi|iPhone|iPod|Android' then 'mobile'
        when agent ~ 'Windows NT|Macintosh|X11|CrOS' then 'desktop'
        when agent <> '' then 'other'
    end
    from left(user_agent, 1000) as agent;
$$;

revoke all on function freshet.device_type(text) from public, anon, authenticated, service_role;

comment on function freshet.device_type(text) is
    'Of a User-Agent: desktop, mobile, tablet, bot or other; null without one. An iPad that asks for desktop pages says that it is a Macintosh, and counts as desktop.';

-- packs/study/schema/erasures.sql

-- Object: freshet.erasures
-- Grain: one row per call of public.forget_user()
-- Why: the proof that a user was erased, and the reason why the trigger of the log lets this transaction delete. The
--      user's id stands here only until the transaction ends; afterwards a hash recognises late events of an erased user.
create table freshet.erasures (
    erasure_id bigint generated always as identity primary key,
    user_hash text not null,
    user_id text,
    transaction_id xid8 not null default pg_current_xact_id(),
    erased_at timestamptz not null default now(),
    rows_count bigint
);

create index erasures_user_hash_idx on freshet.erasures (user_hash, erased_at);

revoke all on table freshet.erasures from public, anon, authenticated, service_role;

comment on table freshet.erasures is 'Users that were erased, as hashes. Written by public.forget_user only.';

comment on column freshet.erasures.user_hash is 'HMAC-SHA256, in hex, of the user''s id with the pepper in Vault.';

comment on column freshet.erasures.user_id is 'Null once the erasing transaction has ended.';

-- packs/study/schema/events_were_inserted.sql

-- Object: freshet.events_were_inserted()
-- Why: a day's figures count its events.
create function freshet.events_were_inserted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into freshet.study_changes (user_id, changed_on)
    select distinct n.user_id, (n.created_at at time zone 'UTC')::date
    from new_rows as n;
    return null;
end
$$;

revoke all on function freshet.events_were_inserted() from public, anon, authenticated;

comment on function freshet.events_were_inserted() is 'Statement trigger of public.study_events.';

-- packs/study/schema/knowledge_gaps.sql

-- Object: analytics.knowledge_gaps
-- Grain: one row per user and topic, the 50 most urgent topics of each user
-- Reads: public.topics, public.topic_prerequisites, analytics.topic_mastery, public.question_attempts
-- Serves: /analytics/study/gaps
-- Why: priority_score = gap_score * 3.0 + board_exam_weight * 2.0 + prerequisite_impact * 1.0 + recent_failure_rate * 1.5.
--      Each term stands beside the score.
create table analytics.knowledge_gaps (
    user_id text not null,
    topic_id uuid not null,
    priority_score numeric not null,
    gap_score numeric not null check (gap_score between 0 and 1),
    board_exam_weight numeric not null check (board_exam_weight between 0 and 10),
    prerequisite_impact integer not null check (prerequisite_impact >= 0),
    recent_failure_rate numeric not null check (recent_failure_rate between 0 and 1),
    calculated_at timestamptz not null,
    calculation_version text not null,
    primary key (user_id, topic_id)
);

create index ix_knowledge_gaps_user_priority on analytics.knowledge_gaps (user_id, priority_score desc, topic_id);

alter table analytics.knowledge_gaps enable row level security;

revoke all on table analytics.knowledge_gaps from public, anon, authenticated;

comment on table analytics.knowledge_gaps is 'What to learn next, written by the nightly batch.';

comment on column analytics.knowledge_gaps.gap_score is '1 - mastery_score; 1 for a topic without a row in topic_mastery.';

comment on column analytics.knowledge_gaps.prerequisite_impact is
    'How many other topics have this one as a prerequisite, directly or through others. In a circle each topic counts once.';

comment on column analytics.knowledge_gaps.recent_failure_rate is 'Share of wrong answers in the topic in the last 14 UTC days; 0 without answers.';

-- packs/study/schema/network_of_request.sql

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

-- packs/study/schema/properties_fault.sql

-- Object: freshet.properties_fault()
-- Why: properties are the one place of an event where a client chooses the keys, so what they may hold is a closed
--      shape in which neither a sentence nor an e-mail address fits.
-- Why keys by words: a harmless value today is a name tomorrow. file_name is refused with the others: files are called
--      after people.
create function freshet.properties_fault(properties jsonb, out code text, out detail text)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    personal_key constant text :=
        'email|birth|(user|first|last|full|nick|sur|fore)name'
        || '|(^|[_0-9])(mails?|names?|dob|born|phones?|tel|telephone|address|addresses|street|zip|postcode|ssn|passport|iban'
        || '|ip|password|user_?agent)($|[_0-9])';
    -- A day with year, month and day in either order, an IPv4 address, a telephone number, anything with an @.
    personal_text constant text :=
        '(^|\D)(19|20)\d\d([-/.]?)(0[1-9]|1[0-2])\3(0[1-9]|[12]\d|3[01])($|\D)'
        || '|(^|\D)(0?[1-9]|[12]\d|3[01])([-/.])(0?[1-9]|[12]\d|3[01])\9(19|20)\d\d($|\D)'
        || '|^(\d{1,3}\.){3}\d{1,3}$|^\+[0-9./-]{6,}$|@';
    day_number constant text := '^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$';
    plain_text constant text := '^[A-Za-z0-9_.:/+-]{0,100}$';
    key text;
    value jsonb;
    element jsonb;
    written text;
begin
    if jsonb_typeof(properties) <> 'object' then
        code := 'invalid_properties';
        detail := format('"properties" is a JSON %s, and has to be an object', jsonb_typeof(properties));
        return;
    end if;
    if octet_length(properties::text) > 2048 then
        code := 'invalid_properties';
        detail := format('"properties" has %s bytes, and at most 2048 are accepted', octet_length(properties::text));
        return;
    end if;
    if (select count(*) from jsonb_object_keys(properties)) > 20 then
        code := 'invalid_properties';
        detail := format('"properties" has %s keys, and at most 20 are accepted', (select count(*) from jsonb_object_keys(properties)));
        return;
    end if;
    for key, value in select p.key, p.value from jsonb_each(properties) as p loop
        if lower(key) ~ personal_key then
            code := 'personal_data';
            detail := format('the property "%s" is called like personal data', left(key, 60));
            return;
        end if;
        if key !~ '^[a-z][a-z0-9_]{0,39}$' then
            code := 'invalid_properties';
            detail := format('the property "%s" has to be called in lower case letters, digits and _, at most 40', left(key, 60));
            return;
        end if;
        if jsonb_typeof(value) = 'array' and jsonb_array_length(value) > 20 then
            code := 'invalid_properties';
            detail := format('the property "%s" has %s elements, and at most 20 are accepted', key, jsonb_array_length(value));
            return;
        end if;
        for element in
            select e from jsonb_array_elements(case jsonb_typeof(value) when 'array' then value else jsonb_build_array(value) end) as e
        loop
            written := element #>> '{}';
            if jsonb_typeof(element) in ('object', 'array') then
                code := 'invalid_properties';
                detail := format('the property "%s" is nested, and properties are flat', key);
                return;
            end if;
            if jsonb_typeof(element) = 'string' and written ~ personal_text
                or jsonb_typeof(element) = 'number' and written ~ day_number
            then
                -- The value is not repeated: it would be in the logs of every client.
                code := 'personal_data';
                detail := format('the property "%s" has a value like a day, a telephone number, an address or an e-mail', key);
                return;
            end if;
            if jsonb_typeof(element) = 'string' and written !~ plain_text then
                code := 'invalid_properties';
                detail := format(
                    'the property "%s" has a text of %s characters, and at most 100 letters, digits and _.:/+- are accepted',
                    key, char_length(written)
                );
                return;
            end if;
            if jsonb_typeof(element) = 'number' and abs(written::numeric) >= 1e15 then
                code := 'invalid_properties';
                detail := format('the property "%s" is %s, and numbers are below 1e15', key, left(written, 40));
                return;
            end if;
        end loop;
    end loop;
end
$$;

revoke all on function freshet.properties_fault(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.properties_fault(jsonb) is
    'What is wrong with the properties of an event: invalid_properties or personal_data, and a sentence; nulls if nothing is.';

-- packs/study/schema/question_reviews.sql

-- Object: analytics.question_reviews
-- Grain: one row per user and question that the user has answered
-- Reads: public.question_attempts
-- Serves: /analytics/study/reviews/due, /analytics/study/questions/history
-- Why: the state of spaced repetition after all answers to a question in the order of their time. It is computed from
--      the answers, never from its former self: late and repeated answers make no difference.
create table analytics.question_reviews (
    user_id text not null,
    question_id uuid not null,
    topic_id uuid not null,
    attempts_count integer not null,
    correct_count integer not null,
    is_first_correct boolean not null,
    easiness_factor numeric not null check (easiness_factor >= 1.3),
    repetition integer not null check (repetition >= 0),
    interval_days integer not null check (interval_days >= 1),
    reviewed_at timestamptz not null,
    last_answered_at timestamptz not null,
    due_on date not null,
    calculated_at timestamptz not null default now(),
    calculation_version text not null,
    primary key (user_id, question_id)
);

create index ix_question_reviews_user_topic on analytics.question_reviews (user_id, topic_id);

create index ix_question_reviews_user_due on analytics.question_reviews (user_id, due_on);

alter table analytics.question_reviews enable row level security;

revoke all on table analytics.question_reviews from public, anon, authenticated;

comment on table analytics.question_reviews is 'SM-2 after all answers of a user to a question.';

comment on column analytics.question_reviews.topic_id is 'The topic of the last answer.';

comment on column analytics.question_reviews.repetition is 'n of I(n): successful answers in a row that counted; 0 after a failure.';

comment on column analytics.question_reviews.interval_days is 'I(n) in days, at most 36500.';

comment on column analytics.question_reviews.reviewed_at is 'The last answer that counted for SM-2: the first of its UTC day.';

comment on column analytics.question_reviews.due_on is 'UTC day of reviewed_at plus interval_days.';

-- packs/study/schema/reading_changed.sql

-- Object: freshet.reading_changed()
-- Why: progress in a material changes the mastery of the material's topic.
create function freshet.reading_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'DELETE' then
        insert into freshet.study_changes (user_id, topic_id)
        select distinct n.user_id, m.topic_id
        from new_rows as n
        join public.study_materials as m on m.id = n.material_id;
    end if;
    if tg_op <> 'INSERT' then
        insert into freshet.study_changes (user_id, topic_id)
        select distinct o.user_id, m.topic_id
        from old_rows as o
        join public.study_materials as m on m.id = o.material_id;
    end if;
    return null;
end
$$;

revoke all on function freshet.reading_changed() from public, anon, authenticated;

comment on function freshet.reading_changed() is 'Statement trigger of public.material_interactions.';

-- packs/study/schema/refuse_event_change.sql

-- Object: freshet.refuse_event_change()
-- Why: the log is immutable for every role, its owner included. The one way to delete events of a user is
--      public.forget_user(), which notes its transaction in freshet.erasures first.
create function freshet.refuse_event_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'DELETE' and exists (
        select from freshet.erasures as e
        where e.user_id = old.user_id and e.transaction_id = pg_current_xact_id()
    ) then
        return old;
    end if;
    raise exception using
        errcode = 'insufficient_privilege',
        message = format('study events are immutable: %s is refused', tg_op),
        hint = 'Report a correction as a new event. To erase a user: select public.forget_user(''<user id>''). Old months are dropped by the job drop-old-study-events.';
end
$$;

revoke all on function freshet.refuse_event_change() from public, anon, authenticated;

comment on function freshet.refuse_event_change() is
    'Trigger of public.study_events: refuses update, delete and truncate, except deletes of the transaction that erases the user.';

-- packs/study/schema/session_hash.sql

-- Object: freshet.session_hash()
-- Why: the log names a session by a hash, so that a row cannot be joined with logs that have the client's own id. The
--      user is part of what is hashed: two users with one session id have two sessions.
create function freshet.session_hash(user_id text, client_session_id text)
returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    -- A JSON array has one reading: no other pair of texts makes the same bytes.
    select encode(
        extensions.hmac(
            convert_to(json_build_array('session', user_id, client_session_id)::text, 'UTF8'),
            convert_to(freshet.study_pepper(), 'UTF8'),
            'sha256'
        ),
        'hex'
    );
$$;

revoke all on function freshet.session_hash(text, text) from public, anon, authenticated, service_role;

comment on function freshet.session_hash(text, text) is
    'HMAC-SHA256, 64 hex digits, of user and client''s session id with the pepper in Vault.';

-- packs/study/schema/sessions_changed.sql

-- Object: freshet.sessions_changed()
-- Why: a session's time belongs to the day on which it began, and a late event may move its beginning: then both days
--      are out of date.
create function freshet.sessions_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'DELETE' then
        insert into freshet.study_changes (user_id, changed_on)
        select distinct n.user_id, (n.started_at at time zone 'UTC')::date
        from new_rows as n;
    end if;
    if tg_op <> 'INSERT' then
        insert into freshet.study_changes (user_id, changed_on)
        select distinct o.user_id, (o.started_at at time zone 'UTC')::date
        from old_rows as o;
    end if;
    return null;
end
$$;

revoke all on function freshet.sessions_changed() from public, anon, authenticated;

comment on function freshet.sessions_changed() is 'Statement trigger of public.study_sessions.';

-- packs/study/schema/study_batches.sql

-- Object: analytics.study_batches
-- Grain: one row per nightly batch
-- Why: the ledger of the batch: how far it came, so that it goes on there after a crash, and what it found.
create table analytics.study_batches (
    stat_date date primary key,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    last_user_id text,
    users_count integer not null default 0,
    days_count integer not null default 0,
    cycles_count integer not null default 0,
    attempts_count integer not null default 1,
    error text
);

alter table analytics.study_batches enable row level security;

revoke all on table analytics.study_batches from public, anon, authenticated;

grant select on table analytics.study_batches to service_role;

comment on table analytics.study_batches is 'Nightly batches. stat_date is the day that the batch closes.';

comment on column analytics.study_batches.finished_at is 'Null while users remain.';

comment on column analytics.study_batches.last_user_id is 'Users are taken in the order of their ids; those up to this one are done.';

comment on column analytics.study_batches.days_count is 'Days of users that were aggregated.';

comment on column analytics.study_batches.cycles_count is 'Topics in circles of prerequisites; see analytics.topic_prerequisite_cycles.';

-- packs/study/schema/study_changes.sql

-- Object: freshet.study_changes
-- Grain: one row per statement that wrote, and user, question and day that it wrote about
-- Why: the log of what has to be recomputed. It is only appended to, so that no writer waits for another or for the job
--      that empties it; several rows about one thing are recomputed once.
create table freshet.study_changes (
    change_id bigint generated always as identity primary key,
    user_id text not null,
    topic_id uuid,
    question_id uuid,
    changed_on date
);

create index study_changes_user_id_idx on freshet.study_changes (user_id);

revoke all on table freshet.study_changes from public, anon, authenticated, service_role;

comment on table freshet.study_changes is
    'What was written since analytics.update_topic_mastery() ran last. Emptied by that job.';

comment on column freshet.study_changes.question_id is 'The question whose answers changed; null if no answer did.';

comment on column freshet.study_changes.topic_id is 'The topic whose mastery changed; null if none did.';

comment on column freshet.study_changes.changed_on is 'The UTC day whose figures changed; null if none did.';

-- packs/study/schema/study_event_keys.sql

-- Object: freshet.study_event_keys
-- Grain: one row per accepted event
-- Why: an event is accepted once, however often it is delivered. A unique key of the partitioned log has to include
--      created_at, which may differ between two deliveries of one event (it is set back to the database's clock).
create table freshet.study_event_keys (
    user_id text not null,
    event_id uuid not null,
    created_at timestamptz not null,
    primary key (user_id, event_id)
);

create index study_event_keys_created_at_idx on freshet.study_event_keys using brin (created_at);

revoke all on table freshet.study_event_keys from public, anon, authenticated, service_role;

comment on table freshet.study_event_keys is 'Ids of accepted events; deleted with the month of their events.';

-- packs/study/schema/study_event_types.sql

-- Object: freshet.study_event_types()
-- Why: one closed list for the table's check and for tracking. A new type is a migration: reports never meet a type that
--      they do not know.
create function freshet.study_event_types()
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select array[
        'session_start', 'session_end',
        'question_view', 'question_attempt', 'hint_view', 'explanation_view',
        'material_open', 'material_progress', 'material_complete',
        'topic_view', 'review_start', 'review_complete'
    ];
$$;

revoke all on function freshet.study_event_types() from public, anon, authenticated;

comment on function freshet.study_event_types() is 'The types of event that public.study_events accepts.';

-- packs/study/schema/study_events.sql

-- Object: public.study_events, public.study_events_default
-- Grain: one row per event that a client reported
-- Why: the immutable log. Partitioned by month of created_at, so that two years are kept by dropping old months; a job
--      makes months ahead. An event whose month has no partition goes to the default partition: no event is refused
--      because a month is missing.
-- Why no personal data: the log outlives a session and is read by many. Its user is an id, its session a hash, its
--      address a network, its browser a family.
create table public.study_events (
    event_id uuid not null,
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    session_id text check (session_id ~ '^[0-9a-f]{64}$'),
    event_type text not null check (event_type = any (freshet.study_event_types())),
    topic_id uuid,
    question_id uuid,
    material_id uuid,
    properties jsonb not null default '{}' check (jsonb_typeof(properties) = 'object' and pg_column_size(properties) <= 4096),
    ip_network cidr,
    browser text,
    device_type text check (device_type in ('desktop', 'mobile', 'tablet', 'bot', 'other')),
    created_at timestamptz not null check (created_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    received_at timestamptz not null default now(),
    clock_skew_seconds numeric not null default 0,
    primary key (user_id, event_id, created_at)
) partition by range (created_at);

create table public.study_events_default partition of public.study_events default;

create index ix_study_events_user_created on public.study_events (user_id, created_at);

alter table public.study_events enable row level security;

alter table public.study_events_default enable row level security;

revoke all on table public.study_events from public, anon, authenticated, service_role;

revoke all on table public.study_events_default from public, anon, authenticated, service_role;

create trigger study_events_are_immutable before update or delete on public.study_events
    for each row execute function freshet.refuse_event_change();

create trigger study_events_are_not_truncated before truncate on public.study_events
    for each statement execute function freshet.refuse_event_change();

create trigger study_events_default_is_not_truncated before truncate on public.study_events_default
    for each statement execute function freshet.refuse_event_change();

create trigger study_events_were_inserted after insert on public.study_events
    referencing new table as new_rows
    for each statement execute function freshet.events_were_inserted();

comment on table public.study_events is
    'Immutable log of study events, two years. Written by public.track_batch and its kin, read by no client.';

comment on column public.study_events.event_id is 'Made by the client, once per event: a repeated delivery is the same event.';

comment on column public.study_events.session_id is 'HMAC-SHA256, in hex, of the client''s session id with the pepper in Vault.';

comment on column public.study_events.ip_network is 'The client''s address without its last octet (IPv4 /24), or IPv6 /48. Null where it is unknown.';

comment on column public.study_events.browser is 'Family of the browser, from a closed list; null where it is unknown.';

comment on column public.study_events.created_at is 'When it happened, by the client''s clock, but never after received_at.';

comment on column public.study_events.clock_skew_seconds is
    'How far the client''s clock was ahead of the database''s when created_at was set back; 0 if it was not.';

-- packs/study/schema/study_pepper.sql

-- Object: freshet.study_pepper()
-- Why: a session id or user id that is hashed without a secret can be found again by hashing guesses. The secret is made
--      at random, at its first use, and stays in Vault. It is never renewed: with a new one an erased user's late events
--      would not be recognised. So one that was lost, as after a restore in another project, is not replaced silently.
create function freshet.study_pepper()
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    secret_name constant text := 'freshet_study_pepper';
    pepper text := freshet.vault_secret(secret_name);
begin
    if pepper is not null then
        return pepper;
    end if;
    -- Two first calls make one secret.
    perform pg_advisory_xact_lock(hashtextextended(secret_name, 0));
    pepper := freshet.vault_secret(secret_name);
    if pepper is not null then
        return pepper;
    end if;
    if exists (select from freshet.erasures) then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('Vault has lost the secret "%s", by which the events of erased users are recognised', secret_name),
            hint = 'Create it with its former value. If that is lost: select vault.create_secret(encode(extensions.gen_random_bytes(32), ''hex''), ''freshet_study_pepper''); erased users'' late events are accepted from then on.';
    end if;
    pepper := encode(extensions.gen_random_bytes(32), 'hex');
    perform vault.create_secret(pepper, secret_name, 'Freshet: hashes session ids and the ids of erased users. Never renewed');
    return pepper;
end
$$;

revoke all on function freshet.study_pepper() from public, anon, authenticated, service_role;

comment on function freshet.study_pepper() is
    'The secret of session_hash and user_hash, made at its first use; 55000 if it was lost after a user was erased.';

-- packs/study/schema/study_sessions.sql

-- Object: public.study_sessions
-- Grain: one row per session of a user
-- Why: the session's figures are sums, least and greatest values over its events, so that they are the same in whatever
--      order events arrive.
create table public.study_sessions (
    session_id text primary key check (session_id ~ '^[0-9a-f]{64}$'),
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    started_at timestamptz not null check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    last_event_at timestamptz not null check (last_event_at between started_at and '9999-12-31 00:00+00'),
    ended_at timestamptz check (ended_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    events_count integer not null default 0 check (events_count >= 0),
    questions_attempted integer not null default 0 check (questions_attempted >= 0),
    questions_correct integer not null default 0 check (questions_correct between 0 and questions_attempted),
    materials_viewed integer not null default 0 check (materials_viewed >= 0),
    device_type text check (device_type in ('desktop', 'mobile', 'tablet', 'bot', 'other'))
);

create index ix_study_sessions_user_started on public.study_sessions (user_id, started_at);

alter table public.study_sessions enable row level security;

revoke all on table public.study_sessions from public, anon, authenticated;

grant select on table public.study_sessions to authenticated;

grant select, insert, update, delete on table public.study_sessions to service_role;

create trigger sessions_were_started after insert on public.study_sessions
    referencing new table as new_rows
    for each statement execute function freshet.sessions_changed();

create trigger sessions_went_on after update on public.study_sessions
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.sessions_changed();

create trigger sessions_were_deleted after delete on public.study_sessions
    referencing old table as old_rows
    for each statement execute function freshet.sessions_changed();

comment on column public.study_sessions.session_id is 'HMAC-SHA256, in hex, of user and client''s session id with the pepper in Vault.';

comment on column public.study_sessions.started_at is 'The earliest event of the session.';

comment on column public.study_sessions.ended_at is 'The latest session_end; null if none was reported.';

comment on column public.study_sessions.materials_viewed is 'Events material_open.';

-- packs/study/schema/take_apart.sql

-- Object: freshet.take_apart()
-- Why: one reading of an event for a batch and for a single call. It checks shape and limits of each key before it
--      converts anything, so that it never raises: an error would cost the whole batch its quick way.
create function freshet.take_apart(
    event jsonb,
    out event_id uuid,
    out event_type text,
    out client_session_id text,
    out topic_id uuid,
    out question_id uuid,
    out material_id uuid,
    out properties jsonb,
    out selected_answer text,
    out correct_answer text,
    out time_to_answer_seconds numeric,
    out is_hint_used boolean,
    out progress_rate numeric,
    out reading_seconds numeric,
    out device_type text,
    out created_at timestamptz,
    out clock_skew_seconds numeric,
    out code text,
    out detail text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    uuid_shape constant text := '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
    moment_shape constant text :=
        '^[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-5]):?[0-5]\d)$';
    day_seconds constant integer := 86400;
    allowed text[] := array[
        'event_id', 'event_type', 'session_id', 'created_at', 'topic_id', 'question_id', 'material_id', 'properties'
    ];
    required text[] := array['event_id', 'event_type', 'session_id', 'created_at'];
    key text;
    value jsonb;
begin
    if jsonb_typeof(event) <> 'object' then
        code := 'not_an_object';
        detail := format('the event is a JSON %s, and has to be an object', jsonb_typeof(event));
        return;
    end if;
    if event ->> 'event_id' ~ uuid_shape then
        event_id := (event ->> 'event_id')::uuid;
    end if;
    event_type := event ->> 'event_type';
    if event_type is not null and event_type <> all (freshet.study_event_types()) then
        code := 'unknown_type';
        detail := format('"event_type" is "%s", and has to be one of %s', left(event_type, 60), array_to_string(freshet.study_event_types(), ', '));
        return;
    end if;

    case event_type
        when 'question_attempt' then
            required := required || array['question_id', 'topic_id', 'correct_answer'];
            allowed := allowed || array['selected_answer', 'correct_answer', 'time_to_answer_seconds', 'is_hint_used'];
        when 'question_view', 'hint_view', 'explanation_view' then
            required := required || array['question_id'];
        when 'material_open', 'material_complete' then
            required := required || array['material_id'];
        when 'material_progress' then
            required := required || array['material_id', 'progress_rate'];
            allowed := allowed || array['progress_rate', 'reading_seconds'];
        when 'topic_view' then
            required := required || array['topic_id'];
        when 'session_start' then
            allowed := allowed || array['device_type'];
        else
            null;
    end case;
    foreach key in array required loop
        -- JSON's null is the absence of a value.
        if event ->> key is null then
            code := 'missing_key';
            detail := format('"%s" is missing, which an event%s needs', key, coalesce(' of type ' || event_type, ''));
            return;
        end if;
    end loop;

    for key, value in select e.key, e.value from jsonb_each(event) as e where jsonb_typeof(e.value) <> 'null' loop
        detail := null;
        if key <> all (allowed) then
            code := 'unknown_key';
            detail := format('"%s" is no key of an event of type %s', left(key, 60), event_type);
            return;
        elsif key in ('event_id', 'topic_id', 'question_id', 'material_id') then
            detail := case when jsonb_typeof(value) <> 'string' or value #>> '{}' !~ uuid_shape then 'has to be a UUID' end;
        elsif key = 'created_at' then
            detail := case
                when jsonb_typeof(value) <> 'string' or value #>> '{}' !~ moment_shape
                    then 'has to be a moment like 2026-11-30T08:15:00.000Z, with its offset'
                when substring(value #>> '{}' from 9 for 2)::integer > extract(
                    day from (substring(value #>> '{}' from 1 for 7) || '-01')::date + interval '1 month' - interval '1 day'
                )
                    then 'has a day that its month does not have'
            end;
        elsif key = 'session_id' then
            detail := case
                when jsonb_typeof(value) <> 'string' or char_length(value #>> '{}') not between 1 and 200
                    then 'has to be a text of 1 to 200 characters'
            end;
        elsif key in ('selected_answer', 'correct_answer') then
            detail := case
                when jsonb_typeof(value) <> 'string' or octet_length(value #>> '{}') > 200 then 'has to be a text of at most 200 bytes'
            end;
        elsif key in ('time_to_answer_seconds', 'reading_seconds') then
            detail := case
                when jsonb_typeof(value) <> 'number' or (value #>> '{}')::numeric < 0 then 'has to be a number of seconds from 0 up'
            end;
        elsif key = 'progress_rate' then
            detail := case
                when jsonb_typeof(value) <> 'number' or (value #>> '{}')::numeric not between 0 and 1
                    then 'has to be a number from 0 to 1'
            end;
        elsif key = 'is_hint_used' then
            detail := case when jsonb_typeof(value) <> 'boolean' then 'has to be true or false' end;
        elsif key = 'device_type' then
            detail := case
                when value #>> '{}' not in ('desktop', 'mobile', 'tablet', 'bot', 'other', 'web')
                    then 'has to be desktop, mobile, tablet, bot, other, or web'
            end;
        end if;
        if detail is not null then
            code := 'invalid_value';
            detail := format('"%s" is %s, and %s', key, left(value::text, 60), detail);
            return;
        end if;
    end loop;
    if jsonb_typeof(event -> 'properties') <> 'null' then
        select f.code, f.detail into take_apart.code, take_apart.detail from freshet.properties_fault(event -> 'properties') as f;
        if code is not null then
            return;
        end if;
    end if;

    client_session_id := event ->> 'session_id';
    topic_id := (event ->> 'topic_id')::uuid;
    question_id := (event ->> 'question_id')::uuid;
    material_id := (event ->> 'material_id')::uuid;
    properties := coalesce(nullif(event -> 'properties', 'null'), '{}');
    selected_answer := event ->> 'selected_answer';
    correct_answer := event ->> 'correct_answer';
    is_hint_used := coalesce((event ->> 'is_hint_used')::boolean, false);
    -- A laptop that was closed over a question reports days: that is not a measurement.
    time_to_answer_seconds := case
        when (event ->> 'time_to_answer_seconds')::numeric <= day_seconds then round((event ->> 'time_to_answer_seconds')::numeric, 3)
    end;
    reading_seconds := case
        when (event ->> 'reading_seconds')::numeric <= day_seconds then round((event ->> 'reading_seconds')::numeric, 3)
    end;
    progress_rate := round((event ->> 'progress_rate')::numeric, 6);
    -- "web" says nothing about the device: the user agent does.
    device_type := nullif(event ->> 'device_type', 'web');
    created_at := (event ->> 'created_at')::timestamptz;
    clock_skew_seconds := greatest(0, round(extract(epoch from created_at - now()), 3));
    created_at := least(created_at, now());
    if created_at < now() - interval '2 years' then
        code := 'too_old';
        detail := format('"created_at" is %s, and events are kept for two years', event -> 'created_at');
    end if;
end
$$;

revoke all on function freshet.take_apart(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.take_apart(jsonb) is
    'The values of an event, or the code and the sentence with which it is rejected.';

-- packs/study/schema/take_batch.sql

-- Object: freshet.take_batch()
-- Why: with the owner's rights, since clients may write none of these tables. One odd event never refuses the others.
create function freshet.take_batch(events jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    caller constant text := freshet.take_caller();
    headers constant jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
    -- A text that holds the array is read too. In it one event may hold what jsonb cannot (NUL, half of a pair of
    -- surrogates), and is rejected alone.
    written constant text := case jsonb_typeof(events) when 'string' then events #>> '{}' else events::text end;
    list json;
    readable jsonb;
    unreadable jsonb;
    results jsonb;
begin
    if octet_length(written) > 262144 then
        perform freshet.take_refuse(
            format('the batch has %s bytes, and at most 262144 are accepted', octet_length(written)), 'Send it in smaller batches.'
        );
    end if;
    begin
        list := written::json;
    exception
        when data_exception or program_limit_exceeded then
            null;
    end;
    if list is null or json_typeof(list) <> 'array' then
        perform freshet.take_refuse(
            format('"events" is %s, and has to be a JSON array of events', coalesce('a JSON ' || json_typeof(list), 'not JSON')),
            'Call supabase.rpc(''track_batch'', { events: [{ event_id, event_type, session_id, created_at, … }] }).'
        );
    end if;
    if json_array_length(list) > 500 then
        perform freshet.take_refuse(
            format('the batch has %s events, and at most 500 are accepted', json_array_length(list)), 'Send it in smaller batches.'
        );
    end if;

    select r.readable, r.unreadable into readable, unreadable from freshet.take_readable(list) as r;
    perform freshet.take_lock(caller);
    results := freshet.take_halves(
        caller, readable, freshet.network_of_request(), headers ->> 'user-agent',
        (select max(e.erased_at) from freshet.erasures as e where e.user_hash = freshet.user_hash(caller))
    );
    -- The results of those that can be read, with the others in their places.
    select coalesce(jsonb_agg(coalesce(unreadable -> t.place::text, results -> t.number::integer) order by t.place), '[]')
    into results
    from (
        select p.place, count(*) filter (where not unreadable ? p.place::text) over (order by p.place) - 1 as number
        from generate_series(1, json_array_length(list)) as p (place)
    ) as t;

    return jsonb_build_object(
        'accepted', (select count(*) from jsonb_array_elements(results) as r where r ->> 'status' = 'accepted'),
        'duplicates', (select count(*) from jsonb_array_elements(results) as r where r ->> 'status' = 'duplicate'),
        'rejected', (select count(*) from jsonb_array_elements(results) as r where r ->> 'status' = 'rejected'),
        'results', results
    );
end
$$;

revoke all on function freshet.take_batch(jsonb) from public, anon;

grant execute on function freshet.take_batch(jsonb) to authenticated, service_role;

comment on function freshet.take_batch(jsonb) is 'Called through public.track_batch and its kin.';

-- packs/study/schema/take_caller.sql

-- Object: freshet.take_caller()
-- Why: whose events these are is what the verified token says, never an argument.
create function freshet.take_caller()
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    claims constant jsonb := freshet.caller_claims();
    subject constant text := claims ->> 'sub';
begin
    if coalesce(claims ->> 'role', '') <> 'authenticated' or coalesce(subject, '') = '' then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format(
                'events are tracked for the user who is signed in, and this call has the role "%s" and %s',
                coalesce(claims ->> 'role', current_setting('role')),
                case when coalesce(subject, '') = '' then 'no subject' else 'a subject' end
            ),
            hint = 'Sign in, and call with the user''s access token: supabase.auth.signInWithPassword(…), then supabase.rpc(…). A secret key has no user.';
    end if;
    if octet_length(subject) > 1000 then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('the subject of the token has %s bytes, and a user''s id has at most 1000', octet_length(subject)),
            hint = 'Let the identity provider issue shorter ids.';
    end if;
    return subject;
end
$$;

revoke all on function freshet.take_caller() from public, anon, authenticated, service_role;

comment on function freshet.take_caller() is 'The signed-in user; raises 42501 for any other caller.';

-- packs/study/schema/take_event.sql

-- Object: freshet.take_event()
-- Why: a single call is a batch of one, by the same rules. Its caller waits for the answer, so a rejection is an error.
create function freshet.take_event(event jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    whole constant jsonb := event || jsonb_build_object(
        'event_id', coalesce(event ->> 'event_id', gen_random_uuid()::text),
        'created_at', coalesce(event ->> 'created_at', to_json(now()) #>> '{}')
    );
    result constant jsonb := freshet.take_batch(jsonb_build_array(whole)) -> 'results' -> 0;
begin
    if result ->> 'status' = 'rejected' then
        perform freshet.take_refuse(
            format('the event was rejected as %s: %s', result ->> 'code', result ->> 'detail'),
            freshet.track_remedy(result ->> 'code')
        );
    end if;
    return jsonb_build_object(
        'event_id', result -> 'event_id',
        'status', result -> 'status',
        'session_id', freshet.session_hash(freshet.take_caller(), event ->> 'session_id')
    );
end
$$;

revoke all on function freshet.take_event(jsonb) from public, anon;

grant execute on function freshet.take_event(jsonb) to authenticated, service_role;

comment on function freshet.take_event(jsonb) is
    'Takes one event, with an id and a time if it has none; 22023 with the remedy if it is rejected. Called through public.track_event and its kin.';

-- packs/study/schema/take_events.sql

-- Object: freshet.take_events()
-- Why: one statement for all events of a call, so that 500 cost little more than one. It raises if the tables refuse
--      one of them; freshet.take_halves() finds out which.
-- Why sums, least and greatest: sessions and materials are the same in whatever order events arrive.
create function freshet.take_events(
    user_id text, events jsonb, network cidr, user_agent text, erased_at timestamptz
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    browser constant text := freshet.browser_family(user_agent);
    device constant text := freshet.device_type(user_agent);
    results jsonb;
begin
    with items as materialized (
        select i.place, a.*
        from jsonb_array_elements(take_events.events) with ordinality as i (event, place)
        cross join lateral freshet.take_apart(i.event) as a
    ),
    judged as materialized (
        select
            i.*, f.fault,
            f.fault is null
                and row_number() over (partition by i.event_id, f.fault is null order by i.place) = 1 as is_first
        from items as i
        cross join lateral (
            select case
                when i.code is not null then i.code
                when i.created_at <= take_events.erased_at then 'erased'
                -- The rows of answers and materials refer to these. Other events keep the ids that they report.
                when i.event_type = 'question_attempt' and not exists (select from public.topics as t where t.id = i.topic_id)
                    then 'unknown_topic'
                when i.event_type in ('material_open', 'material_progress', 'material_complete')
                    and not exists (select from public.study_materials as m where m.id = i.material_id)
                    then 'unknown_material'
            end
        ) as f (fault)
    ),
    keys as (
        insert into freshet.study_event_keys (user_id, event_id, created_at)
        select take_events.user_id, j.event_id, j.created_at
        from judged as j
        where j.is_first
        order by j.event_id
        on conflict do nothing
        returning study_event_keys.event_id
    ),
    hashes as materialized (
        select s.client_session_id, freshet.session_hash(take_events.user_id, s.client_session_id) as session_id
        from (select distinct j.client_session_id from judged as j where j.is_first) as s
    ),
    accepted as materialized (
        select j.*, h.session_id, j.selected_answer is not distinct from j.correct_answer as is_correct
        from judged as j
        join keys as k on k.event_id = j.event_id
        join hashes as h on h.client_session_id = j.client_session_id
        where j.is_first
    ),
    logged as (
        insert into public.study_events (
            event_id, user_id, session_id, event_type, topic_id, question_id, material_id, properties,
            ip_network, browser, device_type, created_at, clock_skew_seconds
        )
        select
            a.event_id, take_events.user_id, a.session_id, a.event_type, a.topic_id, a.question_id, a.material_id, a.properties,
            take_events.network, browser, coalesce(a.device_type, device), a.created_at, a.clock_skew_seconds
        from accepted as a
    ),
    answered as (
        insert into public.question_attempts (
            event_id, user_id, session_id, question_id, topic_id, selected_answer, correct_answer, is_correct,
            is_hint_used, time_to_answer_seconds, attempted_at
        )
        select
            a.event_id, take_events.user_id, a.session_id, a.question_id, a.topic_id, a.selected_answer, a.correct_answer,
            a.is_correct, a.is_hint_used, a.time_to_answer_seconds, a.created_at
        from accepted as a
        where a.event_type = 'question_attempt'
    ),
    studied as (
        insert into public.study_sessions as s (
            session_id, user_id, started_at, last_event_at, ended_at, events_count, questions_attempted,
            questions_correct, materials_viewed, device_type
        )
        select
            a.session_id, take_events.user_id, min(a.created_at), max(a.created_at),
            max(a.created_at) filter (where a.event_type = 'session_end'),
            count(*),
            count(*) filter (where a.event_type = 'question_attempt'),
            count(*) filter (where a.event_type = 'question_attempt' and a.is_correct),
            count(*) filter (where a.event_type = 'material_open'),
            min(coalesce(a.device_type, device)) filter (where a.event_type = 'session_start')
        from accepted as a
        group by a.session_id
        on conflict (session_id) do update set
            started_at = least(s.started_at, excluded.started_at),
            last_event_at = greatest(s.last_event_at, excluded.last_event_at),
            ended_at = greatest(s.ended_at, excluded.ended_at),
            events_count = s.events_count + excluded.events_count,
            questions_attempted = s.questions_attempted + excluded.questions_attempted,
            questions_correct = s.questions_correct + excluded.questions_correct,
            materials_viewed = s.materials_viewed + excluded.materials_viewed,
            device_type = least(s.device_type, excluded.device_type)
    ),
    read as (
        insert into public.material_interactions as m (
            material_id, user_id, progress_rate, reading_seconds, opens_count, first_at, last_at, completed_at
        )
        select
            a.material_id, take_events.user_id,
            max(case a.event_type when 'material_complete' then 1 else coalesce(a.progress_rate, 0) end),
            coalesce(sum(a.reading_seconds), 0),
            count(*) filter (where a.event_type = 'material_open'),
            min(a.created_at), max(a.created_at),
            min(a.created_at) filter (where a.event_type = 'material_complete' or a.progress_rate = 1)
        from accepted as a
        where a.event_type in ('material_open', 'material_progress', 'material_complete')
        group by a.material_id
        on conflict on constraint ix_material_interactions_material_user do update set
            progress_rate = greatest(m.progress_rate, excluded.progress_rate),
            reading_seconds = m.reading_seconds + excluded.reading_seconds,
            opens_count = m.opens_count + excluded.opens_count,
            first_at = least(m.first_at, excluded.first_at),
            last_at = greatest(m.last_at, excluded.last_at),
            completed_at = least(m.completed_at, excluded.completed_at)
    )
    select jsonb_agg(
        jsonb_build_object(
            'event_id', j.event_id,
            'status', case when j.fault is not null then 'rejected' when a.place is not null then 'accepted' else 'duplicate' end,
            'code', j.fault,
            'detail', case j.fault
                when 'erased' then 'the event is from before the erasure of its user'
                when 'unknown_topic' then format('there is no topic %s', j.topic_id)
                when 'unknown_material' then format('there is no material %s', j.material_id)
                else j.detail
            end
        )
        order by j.place
    )
    into results
    from judged as j
    left join accepted as a on a.place = j.place;
    return coalesce(results, '[]');
end
$$;

revoke all on function freshet.take_events(text, jsonb, cidr, text, timestamptz) from public, anon, authenticated, service_role;

comment on function freshet.take_events(text, jsonb, cidr, text, timestamptz) is
    'Writes the events of a user and returns their results, in order. Call it with freshet.take_lock() held.';

-- packs/study/schema/take_halves.sql

-- Object: freshet.take_halves()
-- Why: an event that the tables refuse (its topic was deleted this moment, a trigger of the application forbids it) never
--      refuses the others. Halves of a batch find it in a few statements, where one savepoint for each of 500 events
--      would take longer than a call may. Only an event's own fault (classes 22, 23 and 54) rejects it; anything else,
--      like a full disk, fails the call, and the client sends it again.
create function freshet.take_halves(
    user_id text, events jsonb, network cidr, user_agent text, erased_at timestamptz
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    half constant integer := jsonb_array_length(events) / 2;
begin
    return freshet.take_events(user_id, events, network, user_agent, erased_at);
exception
    when data_exception or integrity_constraint_violation or program_limit_exceeded then
        if half = 0 then
            return jsonb_build_array(
                jsonb_build_object(
                    'event_id', events -> 0 -> 'event_id', 'status', 'rejected', 'code', 'invalid_value', 'detail', left(sqlerrm, 200)
                )
            );
        end if;
        -- In order, so that of two deliveries of one event the first counts.
        return freshet.take_halves(
            user_id, jsonb_path_query_array(events, '$[0 to $end]', jsonb_build_object('end', half - 1)), network, user_agent, erased_at
        ) || freshet.take_halves(
            user_id, jsonb_path_query_array(events, '$[$start to last]', jsonb_build_object('start', half)), network, user_agent, erased_at
        );
end
$$;

revoke all on function freshet.take_halves(text, jsonb, cidr, text, timestamptz) from public, anon, authenticated, service_role;

comment on function freshet.take_halves(text, jsonb, cidr, text, timestamptz) is
    'As freshet.take_events, with those events rejected that the tables refuse.';

-- packs/study/schema/take_lock.sql

-- Object: freshet.take_lock()
-- Why: all that tracking writes belongs to one user. With the batches of a user one after the other none meets half of
--      another, none deadlocks with another, and an erasure meets no event that is on its way.
create function freshet.take_lock(user_id text)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select pg_advisory_xact_lock(hashtextextended('freshet.study ' || user_id, 0));
$$;

revoke all on function freshet.take_lock(text) from public, anon, authenticated, service_role;

comment on function freshet.take_lock(text) is
    'Waits until no other transaction writes events of the user, and holds until this one ends. Take it before the job''s lock.';

-- packs/study/schema/take_readable.sql

-- Object: freshet.take_readable()
-- Why: JSON may hold what jsonb cannot. Only where the list as a whole cannot be converted its elements are, one by one.
create function freshet.take_readable(list json, out readable jsonb, out unreadable jsonb)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    element json;
    place integer := 0;
begin
    unreadable := '{}';
    begin
        readable := list::jsonb;
        return;
    exception
        when data_exception or program_limit_exceeded then
            readable := '[]';
    end;
    for element in select e from json_array_elements(list) as e loop
        place := place + 1;
        begin
            readable := readable || jsonb_build_array(element::jsonb);
        exception
            when data_exception or program_limit_exceeded then
                unreadable := unreadable || jsonb_build_object(
                    place,
                    jsonb_build_object('event_id', null, 'status', 'rejected', 'code', 'unreadable', 'detail', left(sqlerrm, 200))
                );
        end;
    end loop;
end
$$;

revoke all on function freshet.take_readable(json) from public, anon, authenticated, service_role;

comment on function freshet.take_readable(json) is
    'The elements that jsonb can hold, and the results of those that it cannot, by their place from 1.';

-- packs/study/schema/take_refuse.sql

-- Object: freshet.take_refuse()
-- Why: a call that is refused as a whole has written nothing, and says what to change.
create function freshet.take_refuse(message text, hint text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using errcode = 'invalid_parameter_value', message = take_refuse.message, hint = take_refuse.hint;
end
$$;

revoke all on function freshet.take_refuse(text, text) from public, anon, authenticated, service_role;

comment on function freshet.take_refuse(text, text) is 'Raises 22023, which is HTTP 400.';

-- packs/study/schema/topic_daily_stats.sql

-- Object: analytics.topic_daily_stats
-- Grain: one row per user, topic and UTC day on which the user answered a question of the topic
-- Reads: public.question_attempts
-- Serves: /analytics/study/topics/daily
-- Why: a topic over time is a few rows by key.
create table analytics.topic_daily_stats (
    user_id text not null,
    topic_id uuid not null,
    stat_date date not null,
    questions_attempted integer not null,
    questions_correct integer not null,
    accuracy_rate numeric not null check (accuracy_rate between 0 and 1),
    avg_time_to_answer_seconds numeric,
    calculated_at timestamptz not null,
    calculation_version text not null,
    constraint ix_topic_daily_stats_user_topic_date primary key (user_id, topic_id, stat_date)
);

create index ix_topic_daily_stats_user_date on analytics.topic_daily_stats (user_id, stat_date);

alter table analytics.topic_daily_stats enable row level security;

revoke all on table analytics.topic_daily_stats from public, anon, authenticated;

comment on table analytics.topic_daily_stats is 'Answers of a user in a topic on a day, written by the nightly batch.';

-- packs/study/schema/topic_mastery.sql

-- Object: analytics.topic_mastery
-- Grain: one row per user and topic of which the user has answered a question or read material
-- Reads: analytics.question_reviews, public.material_interactions, public.study_materials
-- Serves: /analytics/study/mastery
-- Why: mastery_score = 0.30 * first_attempt_accuracy + 0.20 * overall_accuracy + 0.30 * retrieval_strength
--      + 0.20 * material_completion. Each term stands beside the score, so that a score can be explained.
-- Why retrieval: R = (1 + 19/81 * t/S)^-0.5, the power forgetting curve of FSRS-4.5 (open-spaced-repetition, "The
--      Algorithm"), with t the days since the topic's last answer and S the mean SM-2 interval of its questions: 0.9 on
--      the day when the topic is due.
create table analytics.topic_mastery (
    user_id text not null,
    topic_id uuid not null,
    mastery_score numeric not null check (mastery_score between 0 and 1),
    first_attempt_accuracy numeric not null check (first_attempt_accuracy between 0 and 1),
    overall_accuracy numeric not null check (overall_accuracy between 0 and 1),
    retrieval_strength numeric not null check (retrieval_strength between 0 and 1),
    material_completion numeric not null check (material_completion between 0 and 1),
    questions_count integer not null,
    attempts_count integer not null,
    correct_count integer not null,
    stability_days numeric check (stability_days >= 1),
    last_answered_at timestamptz,
    calculated_at timestamptz not null,
    calculation_version text not null,
    constraint ix_topic_mastery_user_topic primary key (user_id, topic_id)
);

create index ix_topic_mastery_user_mastery on analytics.topic_mastery (user_id, mastery_score);

alter table analytics.topic_mastery enable row level security;

revoke all on table analytics.topic_mastery from public, anon, authenticated;

comment on table analytics.topic_mastery is
    'Mastery of topics, recalculated within a minute after an answer and each night. A topic without a row has mastery 0.';

comment on column analytics.topic_mastery.first_attempt_accuracy is 'Share of the answered questions whose first answer was correct; 0 without answers.';

comment on column analytics.topic_mastery.overall_accuracy is 'Share of all answers that were correct; 0 without answers.';

comment on column analytics.topic_mastery.retrieval_strength is 'R at calculated_at; 0 without answers.';

comment on column analytics.topic_mastery.material_completion is 'Mean of progress_rate over all materials of the topic, 0 for those not opened; 0 for a topic without materials.';

comment on column analytics.topic_mastery.stability_days is 'S: mean SM-2 interval of the answered questions, in days; null without answers.';

-- packs/study/schema/topics.sql

-- Object: public.topics
-- Grain: one row per topic of the curriculum
-- Why: table of the application. A topic's weight in the exam decides how urgent a gap in it is.
create table public.topics (
    id uuid primary key default gen_random_uuid(),
    name text not null check (octet_length(name) between 1 and 500),
    board_exam_weight numeric not null default 0 check (board_exam_weight between 0 and 10),
    created_at timestamptz not null default now()
);

alter table public.topics enable row level security;

revoke all on table public.topics from public, anon, authenticated;

grant select on table public.topics to authenticated;

grant select, insert, update, delete on table public.topics to service_role;

comment on column public.topics.board_exam_weight is 'Importance in the exam, 0 to 10.';

-- packs/study/schema/track_batch.sql

-- Object: public.track_batch()
-- Why: clients collect events for 30 seconds and send them in one call.
create function public.track_batch(events jsonb)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select freshet.take_batch(events);
$$;

revoke all on function public.track_batch(jsonb) from public, anon;

grant execute on function public.track_batch(jsonb) to authenticated, service_role;

comment on function public.track_batch(jsonb) is
    'Takes up to 500 events (262144 bytes) of the signed-in user: {accepted, duplicates, rejected, results: [{event_id, status, code, detail}]}, in the order of the events. An event is accepted once by its event_id, however often it is sent. 22023 (HTTP 400) refuses the whole call, 42501 one without a signed-in user. Idempotent.';

-- packs/study/schema/track_event.sql

-- Object: public.track_event()
-- Why: one event at once, where the application wants to know that it is kept before it goes on.
create function public.track_event(
    session_id text,
    event_type text,
    topic_id uuid default null,
    question_id uuid default null,
    material_id uuid default null,
    properties jsonb default '{}',
    event_id uuid default null,
    created_at timestamptz default null
)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select freshet.take_event(
        jsonb_build_object(
            'session_id', session_id, 'event_type', event_type, 'topic_id', topic_id, 'question_id', question_id,
            'material_id', material_id, 'properties', properties, 'event_id', event_id, 'created_at', created_at
        )
    );
$$;

revoke all on function public.track_event(text, text, uuid, uuid, uuid, jsonb, uuid, timestamptz) from public, anon;

grant execute on function public.track_event(text, text, uuid, uuid, uuid, jsonb, uuid, timestamptz) to authenticated, service_role;

comment on function public.track_event(text, text, uuid, uuid, uuid, jsonb, uuid, timestamptz) is
    'Takes one event of the signed-in user: {event_id, status, session_id}; status is accepted, or duplicate for a known event_id. Without event_id and created_at the database makes them. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

-- packs/study/schema/track_material_progress.sql

-- Object: public.track_material_progress()
-- Why: how far a user has read is kept per material, so that a report reads one row and not the log.
create function public.track_material_progress(
    session_id text,
    material_id uuid,
    progress_rate numeric,
    reading_seconds numeric default null,
    properties jsonb default '{}',
    event_id uuid default null,
    created_at timestamptz default null
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    taken constant jsonb := freshet.take_event(
        jsonb_build_object(
            'session_id', session_id, 'event_type', 'material_progress', 'material_id', material_id,
            'progress_rate', progress_rate, 'reading_seconds', reading_seconds, 'properties', properties,
            'event_id', event_id, 'created_at', created_at
        )
    );
begin
    -- Row security leaves the caller's own row.
    return taken || jsonb_build_object(
        'interaction', (select to_jsonb(m) from public.material_interactions as m where m.material_id = track_material_progress.material_id)
    );
end
$$;

revoke all on function public.track_material_progress(text, uuid, numeric, numeric, jsonb, uuid, timestamptz) from public, anon;

grant execute on function public.track_material_progress(text, uuid, numeric, numeric, jsonb, uuid, timestamptz)
    to authenticated, service_role;

comment on function public.track_material_progress(text, uuid, numeric, numeric, jsonb, uuid, timestamptz) is
    'Takes how far the signed-in user has read a material, 0 to 1, and the seconds since the last report: {event_id, status, session_id, interaction}. The greatest share counts, seconds are added. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

-- packs/study/schema/track_question_attempt.sql

-- Object: public.track_question_attempt()
-- Why: event, answer and session in one transaction. Whether the answer is correct is computed in the database.
create function public.track_question_attempt(
    session_id text,
    question_id uuid,
    topic_id uuid,
    selected_answer text,
    correct_answer text,
    time_to_answer_seconds numeric default null,
    is_hint_used boolean default false,
    properties jsonb default '{}',
    event_id uuid default null,
    created_at timestamptz default null
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    taken constant jsonb := freshet.take_event(
        jsonb_build_object(
            'session_id', session_id, 'event_type', 'question_attempt', 'question_id', question_id, 'topic_id', topic_id,
            'selected_answer', selected_answer, 'correct_answer', correct_answer,
            'time_to_answer_seconds', time_to_answer_seconds, 'is_hint_used', is_hint_used, 'properties', properties,
            'event_id', event_id, 'created_at', created_at
        )
    );
begin
    -- Row security leaves the caller's own rows.
    return taken || jsonb_build_object(
        'attempt', (select to_jsonb(a) from public.question_attempts as a where a.event_id = (taken ->> 'event_id')::uuid),
        'session', (select to_jsonb(s) from public.study_sessions as s where s.session_id = taken ->> 'session_id')
    );
end
$$;

revoke all on function public.track_question_attempt(
    text, uuid, uuid, text, text, numeric, boolean, jsonb, uuid, timestamptz
) from public, anon;

grant execute on function public.track_question_attempt(
    text, uuid, uuid, text, text, numeric, boolean, jsonb, uuid, timestamptz
) to authenticated, service_role;

comment on function public.track_question_attempt(text, uuid, uuid, text, text, numeric, boolean, jsonb, uuid, timestamptz) is
    'Takes one answer of the signed-in user, null for none given: {event_id, status, session_id, attempt, session}, the rows as they are now. Times are in seconds; null, or over a day, is not measured. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

-- packs/study/schema/track_remedy.sql

-- Object: freshet.track_remedy()
-- Why: each code of a rejected event has one remedy, which a single call gives as the hint of its error.
create function freshet.track_remedy(code text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case code
        when 'not_an_object' then 'Send each event as an object with event_id, event_type, session_id and created_at.'
        when 'unknown_type' then 'Report one of these types, with what is special about it in properties.'
        when 'unknown_key' then 'Leave the key out, or report it in properties.'
        when 'missing_key' then 'Report the key with a value that is not null.'
        when 'invalid_value' then 'Correct the value; docs/study.md has the shape of each key.'
        when 'invalid_properties' then 'Report a flat object of numbers, booleans and short codes; longer texts stay in the application''s tables.'
        when 'personal_data' then 'Report an id instead, and the time of an event as created_at.'
        when 'unknown_topic' then 'Insert the topic into public.topics first, or report its id there.'
        when 'unknown_material' then 'Insert the material into public.study_materials first, or report its id there.'
        when 'too_old' then 'Drop the event: it would be deleted with its month.'
        when 'erased' then 'Drop the event: its user was erased after it happened.'
        when 'unreadable' then 'Remove NUL characters and halves of surrogate pairs: text.toWellFormed().replaceAll("\0", "").'
    end;
$$;

revoke all on function freshet.track_remedy(text) from public, anon, authenticated, service_role;

comment on function freshet.track_remedy(text) is 'What to do about an event that was rejected with this code.';

-- packs/study/schema/track_session_end.sql

-- Object: public.track_session_end()
-- Why: a session that was ended has an end; of one that was not, the last event is known.
create function public.track_session_end(
    session_id text,
    properties jsonb default '{}',
    event_id uuid default null,
    created_at timestamptz default null
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    taken constant jsonb := freshet.take_event(
        jsonb_build_object(
            'session_id', session_id, 'event_type', 'session_end', 'properties', properties, 'event_id', event_id,
            'created_at', created_at
        )
    );
begin
    return taken || jsonb_build_object(
        'session', (select to_jsonb(s) from public.study_sessions as s where s.session_id = taken ->> 'session_id')
    );
end
$$;

revoke all on function public.track_session_end(text, jsonb, uuid, timestamptz) from public, anon;

grant execute on function public.track_session_end(text, jsonb, uuid, timestamptz) to authenticated, service_role;

comment on function public.track_session_end(text, jsonb, uuid, timestamptz) is
    'Ends a session of the signed-in user: {event_id, status, session_id, session}. The latest end counts. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

-- packs/study/schema/track_session_start.sql

-- Object: public.track_session_start()
-- Why: a session begins before its first answer. Any event begins a session that is not known, too: this one may be late.
create function public.track_session_start(
    session_id text,
    device_type text default null,
    properties jsonb default '{}',
    event_id uuid default null,
    created_at timestamptz default null
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    taken constant jsonb := freshet.take_event(
        jsonb_build_object(
            'session_id', session_id, 'event_type', 'session_start', 'device_type', device_type, 'properties', properties,
            'event_id', event_id, 'created_at', created_at
        )
    );
begin
    return taken || jsonb_build_object(
        'session', (select to_jsonb(s) from public.study_sessions as s where s.session_id = taken ->> 'session_id')
    );
end
$$;

revoke all on function public.track_session_start(text, text, jsonb, uuid, timestamptz) from public, anon;

grant execute on function public.track_session_start(text, text, jsonb, uuid, timestamptz) to authenticated, service_role;

comment on function public.track_session_start(text, text, jsonb, uuid, timestamptz) is
    'Begins a session of the signed-in user: {event_id, status, session_id, session}. Without device_type, or with "web", it is read from the User-Agent. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

-- packs/study/schema/user_hash.sql

-- Object: freshet.user_hash()
-- Why: after an erasure only this hash is left of the user, and recognises their late events.
create function freshet.user_hash(user_id text)
returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select encode(
        extensions.hmac(
            convert_to(json_build_array('user', user_id)::text, 'UTF8'),
            convert_to(freshet.study_pepper(), 'UTF8'),
            'sha256'
        ),
        'hex'
    );
$$;

revoke all on function freshet.user_hash(text) from public, anon, authenticated, service_role;

comment on function freshet.user_hash(text) is 'HMAC-SHA256, 64 hex digits, of a user''s id with the pepper in Vault.';

-- packs/study/schema/user_learning_metrics.sql

-- Object: analytics.user_learning_metrics
-- Grain: one row per user
-- Reads: analytics.daily_user_stats, analytics.topic_mastery, analytics.question_reviews
-- Serves: /analytics/study/dashboard
-- Why: the dashboard is one row by key. Its windows end on as_of_date, the last day that the batch has closed.
create table analytics.user_learning_metrics (
    user_id text not null,
    as_of_date date not null,
    questions_attempted_7d integer not null,
    questions_attempted_30d integer not null,
    accuracy_rate_7d numeric,
    accuracy_rate_30d numeric,
    study_seconds_7d bigint not null,
    study_seconds_30d bigint not null,
    sessions_count_30d integer not null,
    active_days_30d integer not null,
    current_streak_days integer not null,
    avg_mastery_score numeric,
    topics_started_count integer not null,
    topics_mastered_count integer not null,
    last_active_on date,
    calculated_at timestamptz not null,
    calculation_version text not null,
    constraint ix_user_learning_metrics primary key (user_id)
);

alter table analytics.user_learning_metrics enable row level security;

revoke all on table analytics.user_learning_metrics from public, anon, authenticated;

comment on table analytics.user_learning_metrics is 'Rolling figures of a user, written by the nightly batch.';

comment on column analytics.user_learning_metrics.accuracy_rate_7d is 'Null without answers, as accuracy_rate_30d.';

comment on column analytics.user_learning_metrics.current_streak_days is 'Days in a row with activity that end on as_of_date.';

comment on column analytics.user_learning_metrics.avg_mastery_score is 'Over the topics with a row in topic_mastery; null without any.';

comment on column analytics.user_learning_metrics.topics_mastered_count is 'Topics with a mastery of 0.8 or more.';

-- packs/study/schema/question_attempts.sql

-- Object: public.question_attempts
-- Grain: one row per answer to a question
-- Why: the answer is what everything is computed from: accuracy, spaced repetition, mastery. It has the id of its event.
create table public.question_attempts (
    event_id uuid not null,
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    session_id text check (session_id ~ '^[0-9a-f]{64}$'),
    question_id uuid not null,
    topic_id uuid not null references public.topics (id) on delete cascade,
    selected_answer text check (octet_length(selected_answer) <= 200),
    correct_answer text check (octet_length(correct_answer) <= 200),
    is_correct boolean not null,
    is_hint_used boolean not null default false,
    time_to_answer_seconds numeric check (time_to_answer_seconds between 0 and 86400),
    attempted_at timestamptz not null check (attempted_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    primary key (user_id, event_id)
);

create index ix_question_attempts_user_created on public.question_attempts (user_id, attempted_at);

create index ix_question_attempts_topic_user on public.question_attempts (topic_id, user_id);

create index ix_question_attempts_user_question on public.question_attempts (user_id, question_id, attempted_at, event_id);

alter table public.question_attempts enable row level security;

revoke all on table public.question_attempts from public, anon, authenticated;

grant select on table public.question_attempts to authenticated;

grant select, insert, update, delete on table public.question_attempts to service_role;

create trigger answers_were_inserted after insert on public.question_attempts
    referencing new table as new_rows
    for each statement execute function freshet.answers_changed();

create trigger answers_were_updated after update on public.question_attempts
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.answers_changed();

create trigger answers_were_deleted after delete on public.question_attempts
    referencing old table as old_rows
    for each statement execute function freshet.answers_changed();

comment on table public.question_attempts is 'Answers to questions, in the order of (attempted_at, event_id).';

comment on column public.question_attempts.time_to_answer_seconds is 'Null where it was not measured.';

-- packs/study/schema/study_materials.sql

-- Object: public.study_materials
-- Grain: one row per material to read or watch
-- Why: how much of a topic's material a user has completed needs the list of the topic's materials.
create table public.study_materials (
    id uuid primary key default gen_random_uuid(),
    topic_id uuid not null references public.topics (id) on delete cascade,
    title text not null check (octet_length(title) between 1 and 500),
    created_at timestamptz not null default now()
);

create index study_materials_topic_id_idx on public.study_materials (topic_id);

alter table public.study_materials enable row level security;

revoke all on table public.study_materials from public, anon, authenticated;

grant select on table public.study_materials to authenticated;

grant select, insert, update, delete on table public.study_materials to service_role;

-- packs/study/schema/study_topics.sql

-- Object: analytics.study_topics
-- Grain: one row per topic
-- Reads: public.topics
-- Serves: /analytics/study/topics
create view analytics.study_topics
with (security_invoker = on)
as
select
    t.id as topic_id,
    t.name,
    t.board_exam_weight
from public.topics as t;

revoke all on table analytics.study_topics from public, anon, authenticated;

comment on view analytics.study_topics is 'The topics of the curriculum.';

-- packs/study/schema/topic_prerequisites.sql

-- Object: public.topic_prerequisites
-- Grain: one row per topic and topic that has to be learnt before it
-- Why: a gap in a topic is more urgent if other topics rest on it. A circle is accepted and reported, not refused: the
--      curriculum is edited in steps, and one wrong row must not stop the batch; see analytics.topic_prerequisite_cycles.
create table public.topic_prerequisites (
    topic_id uuid not null references public.topics (id) on delete cascade,
    prerequisite_topic_id uuid not null references public.topics (id) on delete cascade,
    primary key (topic_id, prerequisite_topic_id)
);

create index topic_prerequisites_prerequisite_topic_id_idx on public.topic_prerequisites (prerequisite_topic_id);

alter table public.topic_prerequisites enable row level security;

revoke all on table public.topic_prerequisites from public, anon, authenticated;

grant select on table public.topic_prerequisites to authenticated;

grant select, insert, update, delete on table public.topic_prerequisites to service_role;

-- packs/study/schema/material_interactions.sql

-- Object: public.material_interactions
-- Grain: one row per user and material
-- Why: sums, least and greatest values over the events of a user and a material, the same in whatever order they arrive.
create table public.material_interactions (
    material_id uuid not null references public.study_materials (id) on delete cascade,
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    progress_rate numeric not null default 0 check (progress_rate between 0 and 1),
    reading_seconds numeric not null default 0 check (reading_seconds >= 0),
    opens_count integer not null default 0 check (opens_count >= 0),
    first_at timestamptz not null check (first_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    last_at timestamptz not null check (last_at between first_at and '9999-12-31 00:00+00'),
    completed_at timestamptz check (completed_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    constraint ix_material_interactions_material_user primary key (material_id, user_id)
);

create index material_interactions_user_id_idx on public.material_interactions (user_id, last_at);

alter table public.material_interactions enable row level security;

revoke all on table public.material_interactions from public, anon, authenticated;

grant select on table public.material_interactions to authenticated;

grant select, insert, update, delete on table public.material_interactions to service_role;

create trigger materials_were_read_first after insert on public.material_interactions
    referencing new table as new_rows
    for each statement execute function freshet.reading_changed();

create trigger materials_were_read_on after update on public.material_interactions
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.reading_changed();

create trigger material_reading_was_deleted after delete on public.material_interactions
    referencing old table as old_rows
    for each statement execute function freshet.reading_changed();

comment on column public.material_interactions.progress_rate is 'The greatest share that was reported, 0 to 1.';

comment on column public.material_interactions.completed_at is 'When it was first reported as complete (material_complete, or a progress of 1); null if it was not.';

create policy interactions_are_read_by_their_user on public.material_interactions
    for select to authenticated using (user_id = (select freshet.caller_claims() ->> 'sub'));

-- packs/study/schema/question_attempts.sql

create policy attempts_are_read_by_their_user on public.question_attempts
    for select to authenticated using (user_id = (select freshet.caller_claims() ->> 'sub'));

-- packs/study/schema/study_materials.sql

create policy materials_are_read_by_all on public.study_materials for select to authenticated using (true);

-- packs/study/schema/study_sessions.sql

create policy sessions_are_read_by_their_user on public.study_sessions
    for select to authenticated using (user_id = (select freshet.caller_claims() ->> 'sub'));

-- packs/study/schema/topic_prerequisites.sql

create policy prerequisites_are_read_by_all on public.topic_prerequisites for select to authenticated using (true);

-- packs/study/schema/topics.sql

create policy topics_are_read_by_all on public.topics for select to authenticated using (true);

-- packs/study/schema/daily_user_stats.sql

select analytics.register_live(
    name => 'daily_user_stats', pack => 'study', sources => array['analytics.daily_user_stats']::regclass[]
);

-- packs/study/schema/knowledge_gaps.sql

select analytics.register_live(
    name => 'knowledge_gaps', pack => 'study', sources => array['analytics.knowledge_gaps', 'public.topics']::regclass[]
);

-- packs/study/schema/question_reviews.sql

select analytics.register_live(
    name => 'question_reviews', pack => 'study', sources => array['analytics.question_reviews']::regclass[]
);

-- packs/study/schema/study_topics.sql

select analytics.register_live(name => 'study_topics', pack => 'study', sources => array['public.topics']::regclass[]);

-- packs/study/schema/topic_daily_stats.sql

select analytics.register_live(
    name => 'topic_daily_stats', pack => 'study', sources => array['analytics.topic_daily_stats']::regclass[]
);

-- packs/study/schema/topic_mastery.sql

select analytics.register_live(
    name => 'topic_mastery', pack => 'study', sources => array['analytics.topic_mastery', 'public.topics']::regclass[]
);

-- packs/study/schema/user_learning_metrics.sql

select analytics.register_live(
    name => 'user_learning_metrics', pack => 'study', sources => array['analytics.user_learning_metrics']::regclass[]
);

reset check_function_bodies;
