//! Claims about jobs and their order.

mod queue;
mod reactor;
