-- Published versions of instruments; the text is what was published, byte for byte.
CREATE TABLE instrument (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    name_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    unit TEXT NOT NULL,
    toml TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    UNIQUE (code, version)
) STRICT;

CREATE TABLE call (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE CHECK (code <> ''),
    instrument_id TEXT NOT NULL REFERENCES instrument (id),
    title_en TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    category TEXT NOT NULL CHECK (category <> ''),
    mode TEXT NOT NULL CHECK (mode IN ('Open', 'Rolling', 'Sealed')),
    unit TEXT NOT NULL,
    budget_minor BIGINT NOT NULL CHECK (budget_minor > 0),
    budget_account TEXT NOT NULL,
    opens_at BIGINT NOT NULL,
    closes_at BIGINT,
    reviews_least BIGINT NOT NULL CHECK (reviews_least >= 0),
    is_closed BIGINT NOT NULL CHECK (is_closed IN (0, 1)),
    is_synthetic BIGINT NOT NULL CHECK (is_synthetic IN (0, 1)),
    created_at BIGINT NOT NULL,
    CHECK (closes_at IS NULL OR closes_at > opens_at),
    CHECK (mode = 'Rolling' OR closes_at IS NOT NULL)
) STRICT;

CREATE TABLE application (
    id TEXT NOT NULL PRIMARY KEY,
    call_id TEXT NOT NULL REFERENCES call (id),
    number BIGINT NOT NULL CHECK (number > 0),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    title_en TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    summary TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('Draft', 'Submitted', 'Awarded', 'Declined', 'Withdrawn')),
    round BIGINT NOT NULL CHECK (round > 0),
    -- What the firm declared, as JSON: facts, months, other aid.
    declared TEXT NOT NULL,
    requested_minor BIGINT NOT NULL CHECK (requested_minor > 0),
    -- The rule's answer at submission, as JSON with its trace.
    evaluation TEXT,
    created_by TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    submitted_at BIGINT,
    decided_at BIGINT,
    UNIQUE (call_id, number)
) STRICT;
CREATE INDEX application_organisation ON application (organisation_id, call_id);
CREATE INDEX application_state ON application (state, id);
-- The register searches titles: in an index it need not read what firms wrote.
CREATE INDEX application_title ON application (id, title_en, title_zh);

CREATE TABLE cost_line (
    application_id TEXT NOT NULL REFERENCES application (id),
    position BIGINT NOT NULL CHECK (position > 0),
    cost TEXT,
    what TEXT,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    supplier_id TEXT REFERENCES organisation (id),
    PRIMARY KEY (application_id, position)
) STRICT;

CREATE TABLE paper (
    application_id TEXT NOT NULL REFERENCES application (id),
    code TEXT NOT NULL CHECK (code <> ''),
    file_name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    content BLOB NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (application_id, code)
) STRICT;

CREATE TABLE review (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES application (id),
    reviewer_id TEXT NOT NULL REFERENCES person (id),
    state TEXT NOT NULL CHECK (state IN ('Assigned', 'Recused', 'Scored')),
    scores TEXT NOT NULL,
    total BIGINT,
    comment TEXT NOT NULL,
    assigned_at BIGINT NOT NULL,
    closed_at BIGINT,
    UNIQUE (application_id, reviewer_id),
    CHECK ((state = 'Scored') = (total IS NOT NULL))
) STRICT;
CREATE INDEX review_reviewer ON review (reviewer_id, state);

-- Two agreeing votes of two officers in one round are a decision.
CREATE TABLE vote (
    application_id TEXT NOT NULL REFERENCES application (id),
    round BIGINT NOT NULL,
    position BIGINT NOT NULL CHECK (position IN (1, 2)),
    officer_id TEXT NOT NULL REFERENCES person (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('Approve', 'Decline')),
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    reason TEXT NOT NULL,
    -- What the officer saw before the vote, byte for byte.
    shown TEXT NOT NULL,
    shown_sha256 TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (application_id, round, position),
    UNIQUE (application_id, round, officer_id)
) STRICT;

CREATE TABLE award (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL UNIQUE REFERENCES application (id),
    call_id TEXT NOT NULL REFERENCES call (id),
    instrument_code TEXT NOT NULL,
    category TEXT NOT NULL,
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    unit TEXT NOT NULL,
    settled_minor BIGINT NOT NULL CHECK (settled_minor >= 0),
    paid_minor BIGINT NOT NULL CHECK (paid_minor >= 0),
    released_minor BIGINT NOT NULL CHECK (released_minor >= 0),
    hold_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('Active', 'Closed')),
    awarded_at BIGINT NOT NULL,
    expires_at BIGINT,
    is_synthetic BIGINT NOT NULL CHECK (is_synthetic IN (0, 1)),
    CHECK (settled_minor + released_minor <= amount_minor),
    CHECK (paid_minor <= settled_minor)
) STRICT;
-- Each ends in the register's order, so that a filtered page is read from an index alone; those of
-- the whole list, of a category and of a beneficiary also carry what totals add up.
CREATE INDEX award_organisation ON award
    (organisation_id, awarded_at, id, unit, amount_minor, paid_minor);
CREATE INDEX award_instrument ON award (instrument_code, awarded_at, id);
CREATE INDEX award_when ON award (awarded_at, id, unit, amount_minor, paid_minor);
CREATE INDEX award_category ON award
    (category, awarded_at, id, unit, amount_minor, paid_minor);
CREATE INDEX award_amount ON award (amount_minor, id);
CREATE INDEX award_paid ON award (paid_minor, id);
-- What is due to be closed is asked for every few seconds.
CREATE INDEX award_expiry ON award (expires_at, id)
    WHERE state = 'Active' AND expires_at IS NOT NULL;

-- Who supplied an awarded project: from its cost lines at award, and from its claims.
CREATE TABLE award_supplier (
    award_id TEXT NOT NULL REFERENCES award (id),
    supplier_id TEXT NOT NULL REFERENCES organisation (id),
    PRIMARY KEY (award_id, supplier_id)
) STRICT;
CREATE INDEX award_supplier_supplier ON award_supplier (supplier_id, award_id);

CREATE TABLE claim (
    id TEXT NOT NULL PRIMARY KEY,
    award_id TEXT NOT NULL REFERENCES award (id),
    supplier_id TEXT NOT NULL REFERENCES organisation (id),
    invoice_number TEXT NOT NULL CHECK (invoice_number <> ''),
    -- The number without case, spaces and punctuation, to find duplicates.
    invoice_key TEXT NOT NULL CHECK (invoice_key <> ''),
    invoice_date TEXT NOT NULL,
    invoice_minor BIGINT NOT NULL CHECK (invoice_minor > 0),
    cost TEXT,
    what TEXT,
    asked_minor BIGINT NOT NULL CHECK (asked_minor > 0),
    settled_minor BIGINT NOT NULL CHECK (settled_minor BETWEEN 0 AND asked_minor),
    state TEXT NOT NULL CHECK (state IN ('Submitted', 'Refused', 'Settled', 'Paid')),
    submitted_by TEXT NOT NULL REFERENCES person (id),
    submitted_at BIGINT NOT NULL,
    verified_by TEXT,
    verified_at BIGINT,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX claim_award ON claim (award_id, id);
CREATE INDEX claim_state ON claim (state, id);
CREATE UNIQUE INDEX claim_invoice ON claim (supplier_id, invoice_key) WHERE state <> 'Refused';

CREATE TABLE bank_account (
    organisation_id TEXT NOT NULL PRIMARY KEY REFERENCES organisation (id),
    holder_name TEXT NOT NULL CHECK (holder_name <> ''),
    number TEXT NOT NULL CHECK (number <> ''),
    bank_code TEXT NOT NULL,
    changed_at BIGINT NOT NULL
) STRICT;

CREATE TABLE payment_batch (
    id TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    payments BIGINT NOT NULL CHECK (payments > 0),
    total_minor BIGINT NOT NULL CHECK (total_minor > 0),
    made_by TEXT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL
) STRICT;

CREATE TABLE payment (
    id TEXT NOT NULL PRIMARY KEY,
    claim_id TEXT NOT NULL UNIQUE REFERENCES claim (id),
    award_id TEXT NOT NULL REFERENCES award (id),
    payee_id TEXT NOT NULL REFERENCES organisation (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    unit TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('Due', 'Sent', 'Paid')),
    batch_id TEXT REFERENCES payment_batch (id),
    due_at BIGINT NOT NULL,
    paid_at BIGINT,
    CHECK ((state = 'Due') = (batch_id IS NULL)),
    CHECK ((state = 'Paid') = (paid_at IS NOT NULL))
) STRICT;
CREATE INDEX payment_state ON payment (state, id);
CREATE INDEX payment_batch_payments ON payment (batch_id);
CREATE INDEX payment_award ON payment (award_id);

-- Every state change of an application, award, claim or payment, in order.
CREATE TABLE event (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    application_id TEXT NOT NULL,
    person_id TEXT,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX event_application ON event (application_id, id);
