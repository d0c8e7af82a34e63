//! Bytes by key: staged, hashed while they stream, durable before they can be seen, read by range.
