-- The few that are not open, of one store: else a list of them reads those of all stores, or all of that store.
create index conversations_store_status on conversations (store_id, status, last_at desc, id desc) where status <> 'open';
