//! The port: HTTP/1.1 connections, and what they need that a router cannot give.
//!
//! - Files go from the page cache to the socket without passing through this process
//!   ([`Outlet`], `sendfile(2)`).
//! - A body that its handler left unread is read away, so that the client hears the answer
//!   instead of a closed connection.
//! - Limits: connections at once, time for the head of a request, time in which nothing moves.
//!
//! Must never: look into a request. Start reading at [`serve`], then at [`Outlet`].

mod connection;
mod outlet;
mod patience;
mod serve;
mod unread;
mod window;

pub use outlet::Outlet;
pub use serve::serve;

#[cfg(test)]
mod tests;
