//! The one line that says how a run ended: left by the script on a node of Slurm, or by a driver
//! when it has decided from its backend's word.
//!
//! `HOW CODE STARTED ENDED USER SYSTEM PEAK WORDS...`: times in milliseconds since 1970, processor
//! time as `times` of the shell writes it, `-` for what is not known.

use base::Time;
use compute::{Ended, Ending, Usage};

/// Codes from here on are a signal, as shells and bubblewrap tell it.
const SIGNALS_FROM: i32 = 128;
/// Linux has signals up to this one.
const SIGNAL_MAX: i32 = 64;

/// Reads a line; `None` where it is none of ours.
pub(crate) fn read(text: &str) -> Option<Ended> {
    let mut words = text.split_whitespace();
    let (how, code) = (words.next()?, words.next()?.parse().ok()?);
    let started_at = time(words.next()?);
    let ended_at = time(words.next()?)?;
    let cpu_ms = words.next().and_then(cpu).zip(words.next().and_then(cpu));
    let memory_peak_bytes = words.next().and_then(|peak| peak.parse().ok());
    let told = words.collect::<Vec<_>>().join(" ");
    let ending = match how {
        "exited" if (SIGNALS_FROM + 1..=SIGNALS_FROM + SIGNAL_MAX).contains(&code) => {
            Ending::Killed(code - SIGNALS_FROM)
        }
        "exited" => Ending::Exited(code),
        "killed" => Ending::Killed(code),
        "timed-out" => Ending::TimedOut,
        "memory" => Ending::OutOfMemory,
        "cancelled" => Ending::Cancelled,
        "node" => Ending::NodeFailed(told),
        "unstartable" if told.is_empty() => {
            Ending::Unstartable("the sandbox could not be started on the node".to_owned())
        }
        "unstartable" => Ending::Unstartable(told),
        _ => return None,
    };
    let began = !matches!(ending, Ending::Unstartable(_));
    let started_at = started_at.filter(|_| began);
    let usage = Usage {
        wall_ms: wall_ms(started_at, ended_at),
        cpu_ms: cpu_ms.map(|(user, system)| user.saturating_add(system)),
        memory_peak_bytes,
    };
    Some(Ended { started_at, ended_at, ending, usage })
}

/// Writes a line that [`read`] gives back.
pub(crate) fn write(ended: &Ended) -> String {
    let (how, code, words) = match &ended.ending {
        Ending::Exited(code) => ("exited", *code, ""),
        Ending::Killed(signal) => ("killed", *signal, ""),
        Ending::TimedOut => ("timed-out", 0, ""),
        Ending::OutOfMemory => ("memory", 0, ""),
        Ending::Cancelled => ("cancelled", 0, ""),
        Ending::NodeFailed(words) => ("node", 0, words.as_str()),
        Ending::Unstartable(words) => ("unstartable", 0, words.as_str()),
    };
    let or_dash = |known: Option<String>| known.unwrap_or_else(|| "-".to_owned());
    let started = or_dash(ended.started_at.map(|at| at.millis().to_string()));
    let cpu = ended.usage.cpu_ms.map(|ms| format!("0m{}.{:03}s 0m0.000s", ms / 1_000, ms % 1_000));
    let cpu = cpu.unwrap_or_else(|| "- -".to_owned());
    let peak = or_dash(ended.usage.memory_peak_bytes.map(|bytes| bytes.to_string()));
    format!("{how} {code} {started} {} {cpu} {peak} {words}\n", ended.ended_at.millis())
}

/// Milliseconds between two instants; none where the clocks of two machines disagree.
pub(crate) fn wall_ms(started_at: Option<Time>, until: Time) -> u64 {
    let from = started_at.unwrap_or(until);
    u64::try_from(until.millis().saturating_sub(from.millis())).unwrap_or(0)
}

/// Reads milliseconds since 1970.
pub(crate) fn time(text: &str) -> Option<Time> {
    text.trim().parse().ok().map(Time::from_millis)
}

/// Reads `1m2.345s` as milliseconds.
fn cpu(text: &str) -> Option<u64> {
    let (minutes, seconds) = text.strip_suffix('s')?.split_once('m')?;
    let (seconds, part) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let millis: u64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
    let seconds =
        minutes.parse::<u64>().ok()?.checked_mul(60)?.checked_add(seconds.parse().ok()?)?;
    seconds.checked_mul(1_000)?.checked_add(millis)
}

#[cfg(test)]
mod tests {
    use super::{cpu, read, write};
    use base::Time;
    use compute::{Ended, Ending, Usage};

    #[test]
    fn a_line_of_the_script_is_read() {
        let ended = read("exited 3 1000 3500 0m0.010s 1m2.5s 4096 \n").unwrap();
        assert_eq!(ended.ending, Ending::Exited(3));
        assert_eq!(ended.usage.wall_ms, 2_500);
        assert_eq!(ended.usage.cpu_ms, Some(62_510));
        assert_eq!(ended.usage.memory_peak_bytes, Some(4_096));
        assert_eq!(read("exited 137 1 2 - - -").unwrap().ending, Ending::Killed(9));
        assert_eq!(read("exited 255 1 2 - - -").unwrap().ending, Ending::Exited(255));
        assert_eq!(read("cancelled 0 - 2 - - -").unwrap().started_at, None);
        for bad in ["", "exited", "exited x 1 2", "exited 0 1 soon", "won 0 1 2 - - -"] {
            assert!(read(bad).is_none(), "{bad}");
        }
        assert_eq!((cpu("0m0.01s"), cpu("0m1s"), cpu("-")), (Some(10), Some(1_000), None));
    }

    #[test]
    fn every_ending_comes_back_as_it_was_written() {
        let all = [
            Ending::Exited(1),
            Ending::Killed(9),
            Ending::TimedOut,
            Ending::OutOfMemory,
            Ending::Cancelled,
            Ending::NodeFailed("its node `n1` failed".to_owned()),
            Ending::Unstartable("no node has it".to_owned()),
        ];
        for ending in all {
            let usage =
                Usage { wall_ms: 4_000, cpu_ms: Some(61_007), memory_peak_bytes: Some(1 << 40) };
            let began = !matches!(ending, Ending::Unstartable(_));
            let started_at = Some(Time::from_millis(1_000)).filter(|_| began);
            let usage = if began { usage } else { Usage { wall_ms: 0, ..usage } };
            let ended_at = Time::from_millis(5_000);
            let ended = Ended { started_at, ended_at, ending, usage };
            assert_eq!(read(&write(&ended)), Some(ended));
        }
    }
}
