-- Organisations, and natural persons only as owners of them (kind NaturalPerson: never published).
CREATE TABLE organisation (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN
        ('Company', 'University', 'Institute', 'PublicBody', 'Other', 'NaturalPerson')),
    name_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_pinyin TEXT NOT NULL,
    size_class TEXT NOT NULL CHECK (size_class IN ('Unknown', 'Micro', 'Small', 'Medium', 'Large')),
    region TEXT NOT NULL,
    registered_on TEXT,
    is_synthetic BIGINT NOT NULL CHECK (is_synthetic IN (0, 1)),
    created_at BIGINT NOT NULL,
    CHECK (name_en <> '' OR name_zh <> '')
) STRICT;

CREATE TABLE organisation_identifier (
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    PRIMARY KEY (scheme, value)
) STRICT;
CREATE INDEX organisation_identifier_organisation ON organisation_identifier (organisation_id);

CREATE TABLE organisation_alias (
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    language TEXT NOT NULL CHECK (language IN ('En', 'Zh', 'Pinyin')),
    name TEXT NOT NULL CHECK (name <> ''),
    PRIMARY KEY (organisation_id, language, name)
) STRICT;

CREATE TABLE ownership (
    id TEXT NOT NULL PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES organisation (id),
    owned_id TEXT NOT NULL REFERENCES organisation (id),
    kind TEXT NOT NULL CHECK (kind IN
        ('Shares', 'Votes', 'BoardAppointment', 'Contract', 'Control')),
    share_ppm BIGINT CHECK (share_ppm BETWEEN 0 AND 1000000),
    valid_from TEXT,
    valid_to TEXT,
    grade TEXT NOT NULL CHECK (grade IN ('Declared', 'Register', 'Inferred')),
    source TEXT NOT NULL,
    stated_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    CHECK (owner_id <> owned_id)
) STRICT;
CREATE INDEX ownership_owned ON ownership (owned_id);
CREATE INDEX ownership_owner ON ownership (owner_id);

CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    -- Lower case; one natural person is one row, whatever roles they have.
    email TEXT NOT NULL UNIQUE CHECK (email <> ''),
    created_at BIGINT NOT NULL
) STRICT;

CREATE TABLE person_role (
    person_id TEXT NOT NULL REFERENCES person (id),
    role TEXT NOT NULL CHECK (role IN ('Admin', 'Officer', 'Reviewer', 'Auditor')),
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, role)
) STRICT;

CREATE TABLE employment (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    -- Whether the person may apply and claim for the organisation.
    may_act BIGINT NOT NULL CHECK (may_act IN (0, 1)),
    valid_from TEXT,
    valid_to TEXT
) STRICT;
CREATE INDEX employment_person ON employment (person_id);
CREATE INDEX employment_organisation ON employment (organisation_id);

-- Secrets are kept as SHA-256 only: 256 random bits need no slow hash.
CREATE TABLE credential (
    secret_sha256 TEXT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    person_id TEXT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL CHECK (kind IN ('LoginLink', 'Session', 'Token')),
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
) STRICT;
CREATE INDEX credential_person ON credential (person_id, kind);

CREATE TABLE audit (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    -- Null for the system itself.
    person_id TEXT,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_subject ON audit (subject_id, id);
