//! Compute: what runs, where it stands, what it costs.
//!
//! Must never: start a process, open a connection or read a clock. What a backend reports comes in
//! as data ([`Sight`]), what it must do goes out as data. Start reading at [`Run`].

mod run;

pub use run::{
    Ended, Ending, Input, KEY_BYTES_MAX, KeyError, Limits, Run, RunKey, Secret, Sight, Usage,
};
