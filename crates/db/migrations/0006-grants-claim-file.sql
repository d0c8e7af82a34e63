-- Files of a claim: its invoice as the issuer made it. A row never changes.
CREATE TABLE claim_file (
    claim_id TEXT NOT NULL REFERENCES claim (id),
    sha256 TEXT NOT NULL,
    file_name TEXT NOT NULL CHECK (file_name <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('Pdf', 'Xml', 'Ofd', 'Png', 'Jpg')),
    size_bytes BIGINT NOT NULL CHECK (size_bytes > 0),
    content BLOB NOT NULL,
    added_by TEXT NOT NULL REFERENCES person (id),
    added_at BIGINT NOT NULL,
    PRIMARY KEY (claim_id, sha256)
) STRICT;
-- The same file handed in twice is found by what is in it.
CREATE INDEX claim_file_content ON claim_file (sha256, claim_id);
