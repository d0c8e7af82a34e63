-- Stored things that nobody needs, since when: what garbage collection waits for before it acts.
CREATE TABLE hub_leftover (
    -- Key of the bytes in the store, `object/REPOSITORY/SHA256` or `git/REPOSITORY`.
    key TEXT NOT NULL PRIMARY KEY,
    -- When a collection first found it unneeded.
    noted_at BIGINT NOT NULL,
    -- When a collection last found it so.
    seen_at BIGINT NOT NULL,
    -- Whether its bytes are being deleted: nobody may put them again until that is over.
    is_going BIGINT NOT NULL CHECK (is_going IN (0, 1))
) STRICT;
CREATE INDEX hub_leftover_going ON hub_leftover (is_going, key);

-- Chunks that lead to a container, for the day it goes.
CREATE INDEX hub_chunk_xorb ON hub_chunk (store_id, xorb);
