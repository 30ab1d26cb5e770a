-- The notes that an exchange gave and took come to the same sum, and are what it moved in its drawer and, with the vault, there.
SELECT concat('exchange ', x.id, ' with the ', x.partner, ': ', wrong.words) AS detail
FROM (
    SELECT e.*, concat('office/', s.office, '/drawer/', s.drawer) AS drawer, concat('office/', s.office, '/vault') AS vault,
           (SELECT array_agg(n.taken - n.given ORDER BY n.place)
            FROM unnest(e.given, e.taken) WITH ORDINALITY AS n (given, taken, place)) AS change,
           (SELECT array_agg(n.given - n.taken ORDER BY n.place)
            FROM unnest(e.given, e.taken) WITH ORDINALITY AS n (given, taken, place)) AS other_way
    FROM service.note_exchange AS e JOIN service.shift AS s ON s.id = e.shift_id
) AS x
CROSS JOIN LATERAL (
    VALUES ('its drawer moved other notes', NOT EXISTS (
               SELECT FROM service.note_movement AS m
               WHERE m.entry_id = x.id AND m.place = x.drawer COLLATE "C" AND m.notes = x.change)),
           ('the vault moved other notes', (x.partner = 'vault') IS DISTINCT FROM EXISTS (
               SELECT FROM service.note_movement AS m
               WHERE m.entry_id = x.id AND m.place = x.vault COLLATE "C" AND m.notes = x.other_way)),
           ('unequal sums', (SELECT sum(n.change * v.note) FROM unnest(x.change) WITH ORDINALITY AS n (change, place)
               JOIN unnest(ARRAY[500000, 200000, 100000, 50000, 20000, 10000, 5000, 2000, 1000])
                   WITH ORDINALITY AS v (note, place) USING (place)) <> 0)
) AS wrong (words, is_so)
WHERE wrong.is_so
