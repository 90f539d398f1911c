-- The board tells when a failed step is tried again: { dueAt, attempt, attempts }.
ALTER TABLE document_board ADD COLUMN retry jsonb;
