//! Claims about the wire.

mod calls;
mod cards;
mod closed;
mod oauth;
mod people;
mod purge;
mod quick;
mod room;
mod table;
mod viewer;
mod viewer_world;
mod world;
