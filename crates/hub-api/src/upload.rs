//! A container of chunks on its way in: checked chunk by chunk while it streams to the store.

use crate::{Fault, Hub, pipe};
use app::depot::Depot;
use axum::body::{Body, Bytes};
use blob::{Key, Wanted};
