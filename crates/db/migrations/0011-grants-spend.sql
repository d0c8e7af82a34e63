-- Money of an award that is reserved for something still under way, such as a job in a pool: a
-- claim whose bill is not known yet. What is reserved lies within the award's hold in the ledger.
ALTER TABLE award ADD COLUMN reserved_minor BIGINT NOT NULL DEFAULT 0 CHECK (reserved_minor >= 0);

CREATE TABLE spend (
    id TEXT NOT NULL PRIMARY KEY,
    -- The caller's name for it, so that a repeat is recognised.
    spend_key TEXT NOT NULL UNIQUE CHECK (octet_length(spend_key) BETWEEN 1 AND 200),
    award_id TEXT NOT NULL REFERENCES award (id),
    supplier_id TEXT NOT NULL REFERENCES organisation (id),
    -- What the whole may cost at most, and how much of that the award gives.
    bill_minor BIGINT NOT NULL CHECK (bill_minor > 0),
    held_minor BIGINT NOT NULL CHECK (held_minor > 0),
    -- What the whole did cost; NULL until it is known.
    billed_minor BIGINT CHECK (billed_minor >= 0),
    settled_minor BIGINT NOT NULL CHECK (settled_minor >= 0),
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- The claim by which the supplier is paid for it, with others of its period.
    claim_id TEXT REFERENCES claim (id),
    CHECK (held_minor <= bill_minor),
    CHECK (billed_minor IS NULL OR billed_minor <= bill_minor),
    CHECK (settled_minor <= held_minor),
    CHECK ((billed_minor IS NULL) = (ended_at IS NULL)),
    CHECK (billed_minor IS NOT NULL OR settled_minor = 0),
    CHECK (claim_id IS NULL OR ended_at IS NOT NULL)
) STRICT;
CREATE INDEX spend_award ON spend (award_id, id);
-- What a supplier has not yet been paid for.
CREATE INDEX spend_unpaid ON spend (supplier_id, id) WHERE claim_id IS NULL;
