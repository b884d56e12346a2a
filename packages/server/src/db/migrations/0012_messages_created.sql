-- What is newer than the index of texts is found at once however much was written since the last vacuum: a BRIN index has no summary of
-- the newest pages, so each look read all of them (38 ms for 400,000 messages, against 2).
drop index messages_created;
create index messages_created on messages (created_at);
