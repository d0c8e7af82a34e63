//! The formats of chunked transfer: xorbs and shards checked, files rebuilt from their chunks.
