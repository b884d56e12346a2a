-- Two letters have no trigram, and some scripts have none at all where the locale knows no letters of theirs: pairs of characters find
-- them among a store's conversations.
create function parley_pairs(value text) returns text[]
  language sql immutable strict parallel safe
  return (select coalesce(array_agg(distinct substr(value, place, 2)), '{}') from generate_series(1, length(value) - 1) as place);

create index conversation_search_pairs on conversation_search using gin (store_id, parley_pairs(buyer_search));
-- A buyer's conversations are few enough to be looked through.
create index conversation_search_own on conversation_search (buyer_id);
analyze conversation_search;
