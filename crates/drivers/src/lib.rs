//! The outside: where jobs run.
//!
//! Every backend is behind [`Driver`], and one suite of claims holds for all of them. A driver is
//! asked by key, so that a lost reply is no loss: `submit` may be repeated, `look` finds what was
//! taken.
//!
//! Must never: decide whether a job may run, or what it costs. Start reading at [`Driver`].

mod driver;
mod http;
mod kept;
mod kubernetes;
mod lanes;
mod notes;
mod ray;
mod record;
pub mod sandbox;
mod slurm;

pub use driver::{Backend, Driver, Error, LogPart};
pub use kubernetes::{Kubernetes, KubernetesOptions};
pub use ray::{Ray, RayOptions};
pub use slurm::{Slurm, SlurmOptions};
