-- How far the search index has read the log: every text created before `upto` is in message_texts.
create table search_watermark (
  single boolean primary key default true check (single),
  upto timestamptz not null
);
insert into search_watermark (upto) values ('-infinity');
