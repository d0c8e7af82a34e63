//! What an operator may set about the hub of a served zone.

use clap::Args;

/// Units of sizes with their bytes: those of SI, and those of IEC 80000-13. Longer ones of the same
/// ending come first.
const UNITS: [(&str, i64); 11] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("pib", 1 << 50),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("pb", 1_000_000_000_000_000),
    ("b", 1),
];

#[derive(Args, Debug, Clone)]
pub(crate) struct HubArgs {
    /// Bytes that the large files of a namespace may take unless it has a limit of its own, as in
    /// `50GiB` or `2TB` (`hutong admin hub quota`).
    #[arg(long, value_name = "SIZE", default_value = "1TB", env = "HUTONG_HUB_QUOTA",
          value_parser = size_parse)]
    hub_quota: i64,
    /// Days between the first sight of garbage and its deletion, 1 to 3650; `never` where
    /// `hutong admin hub gc` collects it.
    #[arg(long, value_name = "DAYS", default_value = "7", env = "HUTONG_HUB_GRACE_DAYS",
          value_parser = grace_parse)]
    hub_grace_days: Grace,
    /// Lets webhooks call addresses that are not public: this machine, private networks. Only where
    /// everybody with an account is trusted with what is there.
    #[arg(long, env = "HUTONG_HUB_CALLS_INWARD")]
    hub_calls_inward: bool,
}

/// Days, or never. A type of its own: clap reads an `Option` as an argument that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Grace(Option<u16>);

impl HubArgs {
    /// Returns what the hub is served with.
    pub(crate) fn options(&self) -> hub_api::Options {
        hub_api::Options {
            quota_bytes: self.hub_quota,
            calls_inward: self.hub_calls_inward,
            grace_days: self.hub_grace_days.0,
        }
    }
}

/// Reads a size such as `50GiB`, `2TB` or `1048576`; case and a blank before the unit do not
/// matter.
pub(crate) fn size_parse(text: &str) -> Result<i64, String> {
    let lower = text.trim().to_ascii_lowercase();
    let found = UNITS.iter().find_map(|(unit, bytes)| Some((lower.strip_suffix(unit)?, *bytes)));
    let (number, bytes) = found.unwrap_or((&lower, 1));
    let number = number.trim_end();
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        let advice = "give a whole number with B, kB, MB, GB, TB, PB, KiB, MiB, GiB, TiB or PiB";
        return Err(format!("`{text}` is no size: {advice}, as in `50GiB`"));
    }
    let size = number.parse::<i64>().ok().and_then(|number| number.checked_mul(bytes));
    size.ok_or_else(|| format!("`{text}` is above {} bytes: give less", i64::MAX))
}

fn grace_parse(text: &str) -> Result<Grace, String> {
    if text == "never" {
        return Ok(Grace(None));
    }
    let days = text.parse::<u16>().ok().filter(|days| (1..=3_650).contains(days));
    let days = days.ok_or_else(|| format!("`{text}` is not 1 to 3650 days, nor `never`"))?;
    Ok(Grace(Some(days)))
}

#[cfg(test)]
mod tests {
    use super::{HubArgs, size_parse};
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        hub: HubArgs,
    }

    fn options(arguments: &[&str]) -> Result<hub_api::Options, clap::Error> {
        let all = std::iter::once(&"zone").chain(arguments);
        Cli::try_parse_from(all).map(|cli| cli.hub.options())
    }

    #[test]
    fn sizes_are_read_with_their_units_and_without_rounding() {
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(size_parse(text).ok(), expected, "{text}");
        };
        check("50GiB", Some(50 * 1_024 * 1_024 * 1_024));
        check("50 gib", Some(50 * 1_024 * 1_024 * 1_024));
        check("2TB", Some(2_000_000_000_000));
        check("1kB", Some(1_000));
        check("7B", Some(7));
        check("1048576", Some(1_048_576));
        check("0", Some(0));
        check("9223372036854775807", Some(i64::MAX));
        check("9223372036854775808", None);
        check("8192PiB", None);
        check("1.5TB", None);
        check("-1GB", None);
        check("GB", None);
        check("", None);
        check("5 apples", None);
        check("五GB", None);
    }

    #[test]
    fn without_flags_the_hub_is_served_as_by_default() {
        assert_eq!(options(&[]).unwrap(), hub_api::Options::default());
    }

    #[test]
    fn every_flag_reaches_the_hub() {
        let given = ["--hub-quota", "50GiB", "--hub-grace-days", "30", "--hub-calls-inward"];
        let expected =
            hub_api::Options { quota_bytes: 50 << 30, calls_inward: true, grace_days: Some(30) };
        assert_eq!(options(&given).unwrap(), expected);
        assert_eq!(options(&["--hub-grace-days", "never"]).unwrap().grace_days, None);
        for wrong in ["0", "3651", "7 days", "soon"] {
            let told = options(&["--hub-grace-days", wrong]).unwrap_err().to_string();
            assert!(told.contains("1 to 3650 days"), "{told}");
        }
    }
}
