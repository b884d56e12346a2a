-- Which processes work on the job queue: a worker that stops renewing its row is dead, and its jobs run elsewhere.
create table queue_workers (
  id text primary key,
  seen_at timestamptz not null default now()
);
