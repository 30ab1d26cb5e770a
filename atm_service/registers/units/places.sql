-- Where each office stands on a day, and who looks after it: read by whoever shows names, and never on the way of a payment.
CREATE OR REPLACE FUNCTION service.place_on(day date)
RETURNS TABLE (office varchar, unit_code varchar, unit varchar, area_code varchar, area varchar)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT stands.office, unit.code, unit.name, area.code, area.name
    FROM service.office_unit AS stands
    JOIN service.unit AS unit ON unit.code = stands.unit AND unit.valid_from = stands.unit_from
    JOIN service.office_area AS belongs ON belongs.office = stands.office
    JOIN service.area AS area ON area.code = belongs.area AND area.valid_from = belongs.area_from
    WHERE stands.valid_from <= day AND (stands.valid_to IS NULL OR stands.valid_to > day)
      AND belongs.valid_from <= day AND (belongs.valid_to IS NULL OR belongs.valid_to > day)
$$;

-- The offices that an area's people look after on a day: its own, and those of all areas below it.
CREATE OR REPLACE FUNCTION service.offices_below(node text, day date) RETURNS SETOF varchar
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE below AS (
        SELECT a.code FROM service.area AS a
        WHERE a.code = node AND a.valid_from <= day AND (a.valid_to IS NULL OR a.valid_to > day)
        UNION
        SELECT a.code FROM service.area AS a JOIN below ON a.parent = below.code
        WHERE a.valid_from <= day AND (a.valid_to IS NULL OR a.valid_to > day)
    )
    SELECT belongs.office FROM service.office_area AS belongs JOIN below ON below.code = belongs.area
    WHERE belongs.valid_from <= day AND (belongs.valid_to IS NULL OR belongs.valid_to > day)
$$;

-- What a unit's code, of this day or of an earlier one, stands for on a day: the newest that had it, followed the whole
-- or the main way. NULL: nobody knows.
CREATE OR REPLACE FUNCTION service.unit_known_as(known_code text, day date) RETURNS varchar
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE became AS (
        (SELECT code, valid_to FROM service.unit
         WHERE code = known_code AND valid_from <= day ORDER BY valid_from DESC LIMIT 1)
        UNION ALL
        SELECT u.code, u.valid_to
        FROM became
        JOIN service.unit_way AS w ON w.day = became.valid_to AND w.origin = became.code AND w.part <> 'part'
        JOIN service.unit AS u ON u.code = w.heir AND u.valid_from = w.day
        WHERE became.valid_to <= day
    )
    SELECT code FROM became WHERE valid_to IS NULL OR valid_to > day
$$;

GRANT EXECUTE ON FUNCTION service.place_on(date), service.offices_below(text, date),
    service.unit_known_as(text, date) TO soft_atm_app;
