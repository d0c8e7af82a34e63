-- Programs that ask for a sign-in, and what somebody said to it in a browser (RFC 8628).
CREATE TABLE device_ask (
    -- SHA-256 of the device code: 256 random bits need no slow hash.
    device_sha256 TEXT NOT NULL PRIMARY KEY,
    -- Eight letters that the person types or compares.
    user_code TEXT NOT NULL UNIQUE,
    -- What the program calls itself; anything may stand here.
    agent TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('Pending', 'Approved', 'Refused', 'Used')),
    -- Who decided.
    person_id TEXT REFERENCES person (id),
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- When the program last asked for its token.
    polled_at BIGINT,
    -- How long it has to wait between two questions.
    interval_seconds BIGINT NOT NULL CHECK (interval_seconds > 0),
    CHECK ((state = 'Pending') = (person_id IS NULL))
) STRICT;
CREATE INDEX device_ask_expiry ON device_ask (expires_at);

-- Wrong user codes that a person has entered, so that nobody can try them all.
CREATE TABLE device_guess (
    person_id TEXT NOT NULL PRIMARY KEY REFERENCES person (id),
    since BIGINT NOT NULL,
    wrong BIGINT NOT NULL CHECK (wrong > 0)
) STRICT;

-- Sign-ins whose token renews itself. There is one row for each chain of tokens.
CREATE TABLE device_login (
    -- SHA-256 of the secret that renews the token.
    refresh_sha256 TEXT NOT NULL PRIMARY KEY,
    -- The one before it: used again, it has leaked, unless the answer was lost.
    former_sha256 TEXT UNIQUE,
    credential_id TEXT NOT NULL UNIQUE REFERENCES credential (id),
    -- The token before, which programs under way may go on with for a while.
    former_id TEXT UNIQUE REFERENCES credential (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    label TEXT NOT NULL,
    renewed_at BIGINT NOT NULL,
    -- When the chain ends, however often it was renewed.
    expires_at BIGINT NOT NULL
) STRICT;
