//! The wire, asked through the real router without a port.

mod calls;
mod cards;
mod people;
mod purge;
mod table;
mod viewer;
mod viewer_world;
mod world;
