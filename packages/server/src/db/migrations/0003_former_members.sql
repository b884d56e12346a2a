-- Who once was of a store: erasing a person finds the texts that they wrote there.
create table former_members (
  user_id text not null references users,
  store_id text not null references stores,
  primary key (user_id, store_id)
);
