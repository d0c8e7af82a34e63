//! Drivers against real clusters, and against answers that no good cluster gives.

// `cfg(test)` tells clippy that all of this is test.
#[cfg(test)]
mod claims;
#[cfg(test)]
mod kubernetes;
#[cfg(test)]
#[path = "../conformance/kubernetes_fake.rs"]
mod kubernetes_fake;
#[cfg(test)]
mod ray;
#[cfg(test)]
mod slurm;
#[cfg(test)]
mod wire;
