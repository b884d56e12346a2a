-- The ground: the mirror of the marketplace, conversations as append-only logs, a seat per person.
-- Keys begin with the conversation or the person, so that the tables can be distributed by them.

create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- Case and accents aside. Immutable because the dictionary is named; needed for indexes.
create function parley_fold(value text) returns text
  language sql immutable strict parallel safe
  return lower(unaccent('unaccent'::regdictionary, value));

create table users (
  id text primary key,
  name text not null,
  email text,
  avatar_url text,
  locale text,
  time_zone text,
  role text not null default 'member' check (role in ('member', 'moderator', 'owner')),
  suspended boolean not null default false,
  email_notifications boolean not null default true,
  created_at timestamptz not null default now(),
  erased_at timestamptz
);

create table stores (
  id text primary key,
  name text not null,
  image_url text,
  created_at timestamptz not null default now()
);

create table store_members (
  store_id text not null references stores,
  user_id text not null references users,
  primary key (store_id, user_id)
);
create index store_members_user on store_members (user_id);

create table listings (
  id text primary key,
  store_id text not null references stores,
  title text not null,
  url text,
  image_url text,
  price_amount bigint,
  price_currency text,
  status text not null default 'active',
  created_at timestamptz not null default now()
);
create index listings_store on listings (store_id);

create table orders (
  id text primary key,
  listing_id text not null references listings,
  buyer_id text not null references users,
  number text,
  status text not null,
  total_amount bigint,
  total_currency text,
  url text,
  placed_at timestamptz,
  created_at timestamptz not null default now()
);
create index orders_conversation on orders (listing_id, buyer_id);
create index orders_buyer on orders (buyer_id);

create table conversations (
  id uuid primary key,
  listing_id text not null references listings,
  buyer_id text not null references users,
  store_id text not null references stores,
  status text not null default 'open' check (status in ('open', 'locked', 'closed')),
  last_seq integer not null default 0,
  last_at timestamptz not null default now(),
  -- The head: the newest text or notice, as a list shows it.
  head_seq integer,
  head_kind text,
  head_text text,
  head_side text,
  head_author text,
  head_at timestamptz,
  -- When the store first answered the buyer's first text: the contact dialog's response time.
  asked_at timestamptz,
  answered_at timestamptz,
  -- What each side finds it by: the other side's name, the listing's title, the orders' numbers; folded.
  buyer_search text not null default '',
  store_search text not null default '',
  created_at timestamptz not null default now(),
  unique (listing_id, buyer_id)
);
create index conversations_buyer on conversations (buyer_id);
create index conversations_store on conversations (store_id, last_at desc);
create index conversations_last on conversations (last_at desc, id desc);
create index conversations_buyer_search on conversations using gin (buyer_search gin_trgm_ops);
create index conversations_store_search on conversations using gin (store_search gin_trgm_ops);

create table messages (
  conversation_id uuid not null references conversations,
  seq integer not null,
  kind text not null,
  author text,
  side text not null check (side in ('buyer', 'store', 'moderator', 'system')),
  body text not null,
  -- {attachments: […]} of a text, {target} of an edit or redaction, {notice: …} of a notice.
  data jsonb,
  client_id text,
  created_at timestamptz not null,
  edited_at timestamptz,
  redacted_at timestamptz,
  primary key (conversation_id, seq)
);
create unique index messages_client on messages (conversation_id, author, client_id) where client_id is not null;
-- Nearly free to write; finds the newest messages that the search index has not taken yet.
create index messages_created on messages using brin (created_at) with (pages_per_range = 16, autosummarize = on);

create table participants (
  user_id text not null references users,
  conversation_id uuid not null references conversations,
  side text not null check (side in ('buyer', 'store', 'moderator')),
  read_seq integer not null default 0,
  unread integer not null default 0,
  needs_reply boolean not null default false,
  last_at timestamptz not null default now(),
  notify_at timestamptz,
  notified_seq integer not null default 0,
  muted boolean not null default false,
  archived boolean not null default false,
  email_off boolean not null default false,
  primary key (user_id, conversation_id)
);
create index participants_conversation on participants (conversation_id);
create index participants_inbox on participants (user_id, archived, last_at desc, conversation_id desc);
create index participants_unread on participants (user_id, last_at desc, conversation_id desc) where unread > 0;
create index participants_reply on participants (user_id, last_at desc, conversation_id desc) where needs_reply;
create index participants_due on participants (notify_at) where notify_at is not null;

-- Texts as the moderators' search reads them. Written behind the journal's back, so that a send never waits for its index.
create table message_texts (
  conversation_id uuid not null,
  seq integer not null,
  folded text not null,
  primary key (conversation_id, seq),
  foreign key (conversation_id, seq) references messages on delete cascade
);
create index message_texts_folded on message_texts using gin (folded gin_trgm_ops);

create table attachments (
  id uuid primary key,
  owner_id text not null references users,
  name text not null,
  type text not null,
  size integer not null,
  width integer,
  height integer,
  blob text not null,
  thumbnail text,
  conversation_id uuid references conversations,
  created_at timestamptz not null default now()
);
create index attachments_owner on attachments (owner_id);
create index attachments_loose on attachments (created_at) where conversation_id is null;

create table blocks (
  user_id text not null references users,
  target_id text not null,
  created_at timestamptz not null default now(),
  primary key (user_id, target_id)
);
create index blocks_target on blocks (target_id);

create table reports (
  id uuid primary key,
  conversation_id uuid not null references conversations,
  seq integer,
  reporter text not null references users,
  reason text not null,
  text text not null default '',
  created_at timestamptz not null default now()
);
create index reports_conversation on reports (conversation_id, created_at);

create table audit (
  id uuid primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  conversation_id uuid,
  user_id text,
  reason text,
  note text
);
create index audit_at on audit (at desc, id desc);
create index audit_conversation on audit (conversation_id, at desc) where conversation_id is not null;

-- One row per notification that a channel has taken: what it spoke of, and the Message-ID that a retry repeats.
create table deliveries (
  id uuid primary key,
  user_id text not null references users,
  conversation_id uuid not null references conversations,
  channel text not null,
  from_seq integer not null,
  upto_seq integer not null,
  message_id text not null,
  state text not null check (state in ('due', 'sent', 'skipped', 'failed')),
  detail text,
  created_at timestamptz not null default now(),
  sent_at timestamptz
);
create index deliveries_thread on deliveries (user_id, conversation_id, created_at);
