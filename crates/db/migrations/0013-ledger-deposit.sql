-- Accounts of the kind Deposit: an organisation's own money, paid in before it is spent. The list
-- of kinds is a check of the table, so the table is made anew.
CREATE TABLE account_next (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (
        kind = 'Treasury' OR kind = 'Fund' OR kind = 'Award' OR kind = 'Voucher'
        OR kind = 'Beneficiary' OR kind = 'Supplier' OR kind = 'Bank' OR kind = 'Suspense'
        OR kind = 'Deposit'),
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
INSERT INTO account_next SELECT * FROM account;
DROP TABLE account;
ALTER TABLE account_next RENAME TO account;
CREATE INDEX account_holder ON account (holder, id) WHERE holder IS NOT NULL;
