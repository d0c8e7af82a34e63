//! Claims about the wire.

mod calls;
mod cards;
mod people;
mod purge;
mod quick;
mod table;
mod viewer;
mod viewer_world;
mod world;
