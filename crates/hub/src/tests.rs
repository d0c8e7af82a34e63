//! Claims about repositories, on both engines.

mod repos;
mod world;
