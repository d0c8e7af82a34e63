//! Claims about repositories, on both engines.

mod collections;
mod counts;
mod discussions;
mod gates;
mod likes;
mod listings;
mod personal;
mod repos;
mod terms;
mod webhooks;
mod world;
