-- A search asks a trigram index for the rare trigrams of a word alone: for each of the common ones the index would look into a long list for
-- each match. Which ones are common is what ANALYZE finds here.
create statistics conversation_search_trigrams on (show_trgm(buyer_search)) from conversation_search;
create statistics message_texts_trigrams on (show_trgm(folded)) from message_texts;
analyze conversation_search;
analyze message_texts;
