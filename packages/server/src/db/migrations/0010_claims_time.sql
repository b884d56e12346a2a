-- When what is known of a person was said last: `iat` of the token, in seconds since 1970, or when the back end said it. What an older
-- token says does not count any more. Null: nobody said when.
alter table users add column claims_at double precision;
