//! What only whole processes can show.

mod kill;
