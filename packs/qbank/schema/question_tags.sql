-- Object: analytics.question_tags
-- Grain: one row per question
-- Reads: public.questions
-- Serves: the views of the question bank
-- Why: one place decides how tags are spelt. A lesion: compatibility form (NFKC), lower case, runs of blanks,
--      underscores and hyphens of any kind become one space, none at the ends; so "Tetralogy_of-Fallot " is "tetralogy
--      of fallot". A topic keeps its letters: NFC, runs of blanks become one space, none at the ends. An empty or null
--      tag becomes "untagged". packs/qbank/tag.ts spells what callers ask for in the same way. Case follows ICU's root
--      locale and order follows bytes, so that no server's locale changes an answer.
create view analytics.question_tags
with (security_invoker = on)
as
select
    q.id as question_id,
    coalesce(
        nullif(
            btrim(regexp_replace(
                lower(normalize(q.lesion, nfkc) collate pg_catalog."und-x-icu"),
                '[ \t\n\v\f\r_\u2010-\u2015\u2212-]+', ' ', 'g'
            )),
            ''
        ),
        'untagged'
    ) collate pg_catalog."C" as lesion,
    coalesce(
        nullif(btrim(regexp_replace(normalize(q.topic, nfc), '[ \t\n\v\f\r\u00a0]+', ' ', 'g')), ''),
        'untagged'
    ) collate pg_catalog."C" as topic
from public.questions as q;

revoke all on table analytics.question_tags from public, anon, authenticated;

comment on view analytics.question_tags is
    'Lesion and topic of each question in their normalised spelling; "untagged" where there is none.';
