-- Each line of a bank's statement is matched or in one open break; what is matched comes to the same on both sides; a
-- break is what the bank has more than we, is open while nothing in it is matched, and ends with a match of that.
SELECT concat('line ', line.id, ': in ', at.matches, ' matches and ', at.breaks, ' open breaks') AS detail
FROM service.statement_line AS line
CROSS JOIN LATERAL (
    SELECT (SELECT count(*) FROM service.match_line WHERE line_id = line.id) AS matches,
           (SELECT count(*) FROM service.bank_break AS b WHERE b.line_id = line.id
            AND NOT EXISTS (SELECT FROM service.break_end WHERE break_id = b.id)) AS breaks
) AS at
WHERE at.matches + at.breaks <> 1
UNION ALL
SELECT concat('match ', made.id, ': ', theirs.total, ' at the bank, ', ours.total, ' of ours')
FROM service.bank_match AS made JOIN service.settlement_account AS of ON of.number = made.account
CROSS JOIN LATERAL (
    SELECT coalesce(sum(line.amount), 0) AS total
    FROM service.match_line AS part JOIN service.statement_line AS line ON line.id = part.line_id
    WHERE part.match_id = made.id
) AS theirs
CROSS JOIN LATERAL (
    SELECT coalesce(sum(service.moved_at_bank(of.bin, part.entry_id)), 0) AS total
    FROM service.match_entry AS part WHERE part.match_id = made.id
) AS ours
WHERE theirs.total <> ours.total
UNION ALL
SELECT concat('break ', b.id, ' of ', b.amount, ': ', wrong.words)
FROM service.bank_break AS b JOIN service.settlement_account AS of ON of.number = b.account
LEFT JOIN service.statement_line AS line ON line.id = b.line_id
LEFT JOIN service.break_end AS ended ON ended.break_id = b.id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(service.moved_at_bank(of.bin, entry)), 0) AS total,
           count(*) FILTER (WHERE part.match_id = ended.match_id) AS matched, count(part.match_id) AS at_all
    FROM unnest(b.entries) AS entry
    LEFT JOIN service.match_entry AS part ON part.account = b.account AND part.entry_id = entry
) AS ours
CROSS JOIN LATERAL (
    VALUES ('another difference', coalesce(line.amount, 0) - ours.total <> b.amount),
           ('open, and what is in it is matched', ended.match_id IS NULL AND ours.at_all > 0),
           ('ended by what is not in it', ended.match_id IS NOT NULL AND ours.matched = 0 AND NOT EXISTS (
               SELECT FROM service.match_line WHERE line_id = b.line_id AND match_id = ended.match_id))
) AS wrong (words, is_so)
WHERE wrong.is_so
