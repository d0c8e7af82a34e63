//! Claims about jobs and their order.

mod books;
mod queue;
mod reactor;
