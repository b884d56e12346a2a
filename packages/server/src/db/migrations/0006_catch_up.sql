-- Edits and redactions move no head: a node that looks for messages of which the bus did not tell finds them here. Empty for texts.
create index messages_changes on messages (created_at) where kind in ('edit', 'redaction');
