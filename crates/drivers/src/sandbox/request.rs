//! What the sandbox refuses before it takes a run, with words for the person who submitted it.

use super::environment::Environment;
use super::probe::Machine;
use compute::{Limits, Run};
use std::path::Path;

/// Least memory in bytes. ASSUMPTION: below it a shell in its sandbox, with the supervisor for a
/// moment while it starts it, may not fit; a test starts one with just this.
const MEMORY_BYTES_MIN: u64 = 8 << 20;
/// Least processor time in thousandths of a core: the least quota that the kernel takes.
const CORES_MILLI_MIN: u32 = 10;

/// Checks what does not depend on the environment.
pub(crate) fn check(run: &Run, machine: &Machine) -> Result<(), String> {
    words_check(run)?;
    limits_check(&run.limits, machine)
}

/// Checks the words of a run, which hold at every backend.
pub(crate) fn words_check(run: &Run) -> Result<(), String> {
    let is_named = run.command.first().is_some_and(|program| !program.is_empty());
    if !is_named {
        return Err("it has no command".to_owned());
    }
    let secrets = run.secrets.iter().map(|(name, value)| (name, value.reveal()));
    let plain = run.variables.iter().map(|(name, value)| (name, value.as_str()));
    for (name, value) in plain.chain(secrets) {
        if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
            return Err(format!("`{name}` is no environment variable"));
        }
    }
    let paths = run.inputs.iter().flat_map(|input| [input.from.to_str(), Some(input.to.as_str())]);
    let mut texts = paths
        .chain(run.command.iter().map(|word| Some(word.as_str())))
        .chain([run.output.as_deref()]);
    if texts.any(|text| text.is_some_and(|text| text.contains('\0'))) {
        return Err("a word of it contains a zero byte".to_owned());
    }
    Ok(())
}

fn limits_check(limits: &Limits, machine: &Machine) -> Result<(), String> {
    if limits.accelerators > 0 {
        return Err("the sandbox gives no accelerators".to_owned());
    }
    let cores = u64::from(limits.cores_milli);
    if limits.cores_milli < CORES_MILLI_MIN || cores > machine.cores_milli {
        let most = machine.cores_milli;
        return Err(format!("`{cores}` thousandths of a core: it has {CORES_MILLI_MIN} to {most}"));
    }
    let memory = limits.memory_bytes;
    if memory < MEMORY_BYTES_MIN || memory > machine.memory_bytes.unwrap_or(u64::MAX) {
        let most = machine.memory_bytes.map_or(String::new(), |most| format!(" to {most}"));
        return Err(format!("`{memory}` bytes of memory: it has {MEMORY_BYTES_MIN}{most}"));
    }
    if limits.processes == 0 || limits.seconds == 0 {
        return Err("it may have no process or no time".to_owned());
    }
    Ok(())
}

/// Checks where inputs and output are to be seen.
pub(crate) fn places_check(run: &Run, environment: &Environment) -> Result<(), String> {
    let inputs = run.inputs.iter().map(|input| input.to.as_str());
    let places: Vec<&str> = inputs.chain(run.output.as_deref()).collect();
    for (index, place) in places.iter().enumerate() {
        if !environment.is_free(place) {
            return Err(format!("nothing can be put at `{place}`: choose a folder of its own"));
        }
        let is_within = |other: &&str| {
            Path::new(other).starts_with(place) || Path::new(place).starts_with(other)
        };
        if let Some(other) = places[..index].iter().find(|it| is_within(it)) {
            return Err(format!("`{place}` and `{other}` are inside each other"));
        }
    }
    let away = |input: &&compute::Input| !input.from.is_absolute() || !input.from.exists();
    if let Some(input) = run.inputs.iter().find(away) {
        return Err(format!("the input for `{}` is not there", input.to));
    }
    Ok(())
}

/// Checks what needs a sandbox, where there is none.
pub(crate) fn bare_check(run: &Run, environment: &Environment) -> Result<(), String> {
    if environment.root.is_some() || !run.inputs.is_empty() {
        return Err("inputs and roots need a sandbox, and this machine makes none".to_owned());
    }
    Ok(())
}
