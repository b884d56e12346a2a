-- breaking
-- What conversations are found by, in a table of its own: a send updates its conversation's row, and every update of a row that trigrams
-- are indexed of writes all of them again. With the store or the buyer in the same index, a search reads nobody else's conversations.
create extension if not exists btree_gin;

create table conversation_search (
  conversation_id uuid primary key references conversations on delete cascade,
  buyer_id text not null,
  store_id text not null,
  -- For the store's people: the buyer's name, the listing's title, the orders' numbers; folded. For the buyer: the store's name instead.
  buyer_search text not null,
  store_search text not null
);
insert into conversation_search select id, buyer_id, store_id, buyer_search, store_search from conversations;
create index conversation_search_store on conversation_search using gin (store_id, buyer_search gin_trgm_ops);
create index conversation_search_buyer on conversation_search using gin (buyer_id, store_search gin_trgm_ops);
alter table conversations drop column buyer_search, drop column store_search;

-- Unread totals are counted in the index alone.
drop index participants_unread;
create index participants_unread on participants (user_id, last_at desc, conversation_id desc) include (unread)
  where unread > 0 and not archived;
drop index participants_reply;
create index participants_reply on participants (user_id, last_at desc, conversation_id desc) where needs_reply and not archived;
-- Whoever sits between the sides has few seats, and they are found apart from the buyer's and the store's.
create index participants_moderator on participants (user_id) where side = 'moderator';

drop index conversations_store;
create index conversations_store on conversations (store_id, last_at desc, id desc);
-- Nearly all are open; the others are few, and found here.
create index conversations_status on conversations (status, last_at desc, id desc) where status <> 'open';
