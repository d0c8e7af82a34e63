-- Double entry: accounts with running totals, immutable transfers, holds with what is left of them.
-- Lists of names are spelled with OR: for a longer IN, SQLite builds a table at each row.
-- All amounts are integers of the unit's minor unit (fen, cent, second).
CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (
        kind = 'Treasury' OR kind = 'Fund' OR kind = 'Award' OR kind = 'Voucher'
        OR kind = 'Beneficiary' OR kind = 'Supplier' OR kind = 'Bank' OR kind = 'Suspense'),
    unit TEXT NOT NULL,
    -- The organisation, award or call to which it belongs.
    holder TEXT,
    name TEXT NOT NULL,
    side_limit TEXT NOT NULL CHECK (
        side_limit = 'Unlimited' OR side_limit = 'DebitsWithinCredits'
        OR side_limit = 'CreditsWithinDebits'),
    is_closed BIGINT NOT NULL CHECK (is_closed = 0 OR is_closed = 1),
    debits_posted BIGINT NOT NULL CHECK (debits_posted >= 0),
    credits_posted BIGINT NOT NULL CHECK (credits_posted >= 0),
    debits_held BIGINT NOT NULL CHECK (debits_held >= 0),
    credits_held BIGINT NOT NULL CHECK (credits_held >= 0),
    -- Posted transfers so far, and when the last of them was made.
    movements BIGINT NOT NULL CHECK (movements >= 0),
    moved_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (side_limit <> 'DebitsWithinCredits' OR debits_posted + debits_held <= credits_posted),
    CHECK (side_limit <> 'CreditsWithinDebits' OR credits_posted + credits_held <= debits_posted),
    CHECK (is_closed = 0
        OR (debits_posted = credits_posted AND debits_held = 0 AND credits_held = 0))
) STRICT;

CREATE INDEX account_holder ON account (holder, id) WHERE holder IS NOT NULL;

-- Rows are only ever inserted. Debit and credit are accounts in the transfer's unit; no foreign key
-- says so, because it would look both up again for each transfer: they were read in the same
-- transaction, adding to the totals of one that is not there fails, and the check of the books
-- looks for such transfers.
CREATE TABLE transfer (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (
        kind = 'Post' OR kind = 'Hold' OR kind = 'Settle' OR kind = 'Release' OR kind = 'Expire'
        OR kind = 'Reversal'),
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    unit TEXT NOT NULL,
    -- The caller's name for it, so that a repeat is recognised; expiry has no caller.
    transfer_key TEXT UNIQUE CHECK (octet_length(transfer_key) BETWEEN 1 AND 200),
    reference TEXT NOT NULL CHECK (octet_length(reference) BETWEEN 3 AND 200),
    -- The transfer of kind Hold on which it acts.
    hold TEXT REFERENCES transfer (id),
    reverses TEXT REFERENCES transfer (id),
    expires_at BIGINT,
    made_at BIGINT NOT NULL,
    -- Position in each account's statement and the balance after it; only where value was posted.
    debit_seq BIGINT,
    debit_balance BIGINT,
    credit_seq BIGINT,
    credit_balance BIGINT,
    CHECK (debit <> credit),
    CHECK ((kind = 'Expire') = (transfer_key IS NULL)),
    CHECK ((kind = 'Settle' OR kind = 'Release' OR kind = 'Expire') = (hold IS NOT NULL)),
    CHECK ((kind = 'Reversal') = (reverses IS NOT NULL)),
    CHECK (expires_at IS NULL OR kind = 'Hold'),
    CHECK ((kind = 'Post' OR kind = 'Settle' OR kind = 'Reversal') = (debit_seq IS NOT NULL)),
    CHECK ((debit_seq IS NULL) = (debit_balance IS NULL)),
    CHECK ((debit_seq IS NULL) = (credit_seq IS NULL)),
    CHECK ((debit_seq IS NULL) = (credit_balance IS NULL))
) STRICT;

CREATE INDEX transfer_debit ON transfer (debit, made_at, debit_seq) WHERE debit_seq IS NOT NULL;
CREATE INDEX transfer_credit ON transfer (credit, made_at, credit_seq)
    WHERE credit_seq IS NOT NULL;
CREATE INDEX transfer_hold ON transfer (hold) WHERE hold IS NOT NULL;
CREATE INDEX transfer_reverses ON transfer (reverses) WHERE reverses IS NOT NULL;

-- What is left of each transfer of kind Hold, whose id it has. Both are written together; the check
-- of the books looks for one without the other.
CREATE TABLE hold (
    id TEXT NOT NULL PRIMARY KEY,
    amount BIGINT NOT NULL CHECK (amount > 0),
    remaining BIGINT NOT NULL CHECK (remaining >= 0),
    settled BIGINT NOT NULL CHECK (settled >= 0),
    state TEXT NOT NULL CHECK (
        state = 'Open' OR state = 'Settled' OR state = 'Released' OR state = 'Expired'),
    expires_at BIGINT,
    CHECK ((state = 'Open') = (remaining > 0)),
    CHECK (state <> 'Open' OR settled + remaining = amount),
    CHECK (state <> 'Settled' OR settled = amount),
    CHECK (NOT (state = 'Released' OR state = 'Expired') OR settled < amount),
    CHECK (state <> 'Expired' OR expires_at IS NOT NULL)
) STRICT;

CREATE INDEX hold_expiry ON hold (expires_at, id) WHERE state = 'Open' AND expires_at IS NOT NULL;
