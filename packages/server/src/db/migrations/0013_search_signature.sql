-- breaking
-- A seat says which pairs of letters its conversation is found by, as a Bloom filter of one hash: a search reads thousands of seats from the
-- inbox's index alone, and looks at the names of those only that can hold what is sought.
-- Pairs with a space or a line's end are in no sought word. `ascii` is the character's code point.
create function parley_signature(value text) returns bigint
  language sql immutable strict parallel safe
  return (select coalesce(bit_or(1::bigint << (31 * ascii(this) + ascii(next)) % 64), 0)
    from (select letter as this, lead(letter) over (order by place) as next
      from unnest(string_to_array(value, null)) with ordinality as letters(letter, place)) pairs
    where this !~ '\s' and next !~ '\s');

-- All bits: it may hold anything. So a seat is found before anybody has said what it is found by.
alter table participants add column search_signature bigint not null default -1;
drop index participants_inbox;
update participants p set search_signature = parley_signature(case p.side when 'store' then k.buyer_search else k.store_search end)
  from conversation_search k where k.conversation_id = p.conversation_id;
create index participants_inbox on participants (user_id, archived, last_at desc, conversation_id desc) include (search_signature);
analyze participants;
