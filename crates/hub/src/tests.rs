//! Claims about repositories, on both engines.

mod discussions;
mod gates;
mod likes;
mod repos;
mod world;
