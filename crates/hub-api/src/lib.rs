//! The Hugging Face wire over HTTP.
