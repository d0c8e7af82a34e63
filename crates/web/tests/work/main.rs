//! Journeys of those who apply, review, decide and pay, over the real server and database.

mod browser;
mod claim;
mod close;
mod desk;
mod reach;
mod round;
mod safety;
mod world;
