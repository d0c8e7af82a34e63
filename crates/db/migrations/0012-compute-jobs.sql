-- Compute: pools with their flavors and prices, jobs and what happened to them.
CREATE TABLE pool (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE CHECK (code <> ''),
    name_en TEXT NOT NULL CHECK (name_en <> ''),
    name_zh TEXT NOT NULL,
    supplier_id TEXT NOT NULL REFERENCES organisation (id),
    -- JSON that only the program which runs the jobs reads.
    backend TEXT NOT NULL,
    cores_milli BIGINT NOT NULL CHECK (cores_milli > 0),
    memory_bytes BIGINT NOT NULL CHECK (memory_bytes > 0),
    accelerators BIGINT NOT NULL CHECK (accelerators >= 0),
    -- Most jobs of one group that run at once; NULL: as many as there is room for.
    group_max BIGINT CHECK (group_max > 0),
    terms TEXT NOT NULL,
    is_open BIGINT NOT NULL CHECK (is_open = 0 OR is_open = 1),
    is_synthetic BIGINT NOT NULL CHECK (is_synthetic = 0 OR is_synthetic = 1),
    created_at BIGINT NOT NULL
) STRICT;

CREATE TABLE flavor (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL REFERENCES pool (id),
    -- What clients name it by: one name in the whole zone.
    code TEXT NOT NULL UNIQUE CHECK (code <> ''),
    name TEXT NOT NULL CHECK (name <> ''),
    cores_milli BIGINT NOT NULL CHECK (cores_milli > 0),
    memory_bytes BIGINT NOT NULL CHECK (memory_bytes > 0),
    disk_bytes BIGINT NOT NULL CHECK (disk_bytes > 0),
    accelerators BIGINT NOT NULL CHECK (accelerators >= 0),
    accelerator TEXT NOT NULL,
    -- The present version of its price.
    version BIGINT NOT NULL CHECK (version > 0),
    is_offered BIGINT NOT NULL CHECK (is_offered = 0 OR is_offered = 1)
) STRICT;
CREATE INDEX flavor_pool ON flavor (pool_id, code);

-- A row never changes: what a job was quoted can always be looked up.
CREATE TABLE flavor_price (
    flavor_id TEXT NOT NULL REFERENCES flavor (id),
    version BIGINT NOT NULL CHECK (version > 0),
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    unit TEXT NOT NULL,
    per_seconds BIGINT NOT NULL CHECK (per_seconds > 0),
    set_at BIGINT NOT NULL,
    PRIMARY KEY (flavor_id, version)
) STRICT;

CREATE TABLE job (
    id TEXT NOT NULL PRIMARY KEY,
    -- Who pays, the group that it is counted to, and who submitted it.
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    group_id TEXT NOT NULL REFERENCES organisation (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    pool_id TEXT NOT NULL REFERENCES pool (id),
    flavor_id TEXT NOT NULL REFERENCES flavor (id),
    version BIGINT NOT NULL,
    -- What is to run, as JSON; secrets are sealed beside it and forgotten when it is over.
    spec TEXT NOT NULL,
    secrets BLOB,
    limit_ms BIGINT NOT NULL CHECK (limit_ms > 0),
    attempts_max BIGINT NOT NULL CHECK (attempts_max > 0),
    bound_minor BIGINT NOT NULL CHECK (bound_minor >= 0),
    unit TEXT NOT NULL,
    -- Where it stands.
    phase TEXT NOT NULL CHECK (phase = 'Queued' OR phase = 'Handing' OR phase = 'Waiting'
        OR phase = 'Running' OR phase = 'Over'),
    -- Why it waits, or how it ended, in words.
    reason TEXT NOT NULL,
    outcome TEXT,
    exit_code BIGINT,
    attempt BIGINT NOT NULL CHECK (attempt >= 0),
    is_cancelled BIGINT NOT NULL CHECK (is_cancelled = 0 OR is_cancelled = 1),
    charged_ms BIGINT NOT NULL CHECK (charged_ms >= 0),
    meter_ms BIGINT NOT NULL CHECK (meter_ms >= 0),
    unknown_since BIGINT,
    started_at BIGINT,
    submitted_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- What it did cost; NULL until it is over.
    cost_minor BIGINT CHECK (cost_minor >= 0),
    FOREIGN KEY (flavor_id, version) REFERENCES flavor_price (flavor_id, version),
    CHECK ((phase = 'Over') = (outcome IS NOT NULL)),
    CHECK ((phase = 'Over') = (ended_at IS NOT NULL)),
    CHECK ((phase = 'Over') = (cost_minor IS NOT NULL)),
    CHECK (cost_minor IS NULL OR cost_minor <= bound_minor),
    CHECK (secrets IS NULL OR phase <> 'Over')
) STRICT;
-- What is looked after again and again: all that is not over.
CREATE INDEX job_alive ON job (pool_id, id) WHERE phase <> 'Over';
CREATE INDEX job_organisation ON job (organisation_id, id);
CREATE INDEX job_pool ON job (pool_id, id);

-- What happened to a job, in its order; only ever inserted.
CREATE TABLE job_event (
    job_id TEXT NOT NULL REFERENCES job (id),
    seq BIGINT NOT NULL CHECK (seq > 0),
    at BIGINT NOT NULL,
    phase TEXT NOT NULL,
    reason TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    meter_ms BIGINT NOT NULL,
    PRIMARY KEY (job_id, seq)
) STRICT;
