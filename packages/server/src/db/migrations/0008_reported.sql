-- breaking
-- A list of reported conversations is read like any other list, however many reports there are.
alter table conversations add column reported boolean not null default false;
update conversations set reported = true where id in (select conversation_id from reports);
create index conversations_reported on conversations (last_at desc, id desc) where reported;
