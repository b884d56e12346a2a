-- The journal locks a conversation before it writes its messages, and the index of texts copies what it has just read: a check of each row
-- would find nothing, and costs a send a sixth of PostgreSQL's time.
alter table messages drop constraint messages_conversation_id_fkey;
alter table message_texts drop constraint message_texts_conversation_id_seq_fkey;
-- One index for both ways to a seat: by conversation, and by conversation and person. Every send writes each index of two seats.
alter table participants drop constraint participants_pkey, add primary key (conversation_id, user_id);
drop index participants_conversation;
