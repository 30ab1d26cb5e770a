-- The ids of withdrawals, and of entries that rows of the service name, which were made since a moment.
-- What a service wrote together with an entry is found by that entry's seal; these are rows that have none.
SELECT id FROM service.withdrawal WHERE id >= :first_id
UNION
SELECT unnest(ARRAY[entry_id, withdrawal_id]) FROM service.receipt WHERE id >= :first_id
UNION
SELECT entry_id FROM service.bank_payment WHERE id >= :first_id AND entry_id IS NOT NULL
LIMIT :limit
