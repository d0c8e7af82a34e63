//! Slurm's commands, called with a time limit and read without their local time.

use crate::Error;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

/// Most bytes that are read of one answer: 100,000 jobs of 300 bytes are half of it.
const ANSWER_BYTES_MAX: u64 = 64 << 20;
/// Most characters of a command's complaint that are passed on.
const COMPLAINT_CHARS_MAX: usize = 500;

/// Complaints after which the same submission may succeed, or may have succeeded. Source:
/// `slurm_strerror()` and the limits of associations, Slurm 22.05.
const PASSING: &[&str] = &[
    "Unable to contact slurm controller",
    "Socket timed out",
    "Zero Bytes were transmitted",
    "Transport endpoint",
    "Connection refused",
    "Connection timed out",
    "controller in standby",
    "Resource temporarily unavailable",
    "Slurm temporarily unable",
    "Protocol authentication error",
    "Unable to process configuration",
    "Could not establish a configuration source",
    "SubmitJob",
    "MaxJobCount",
    "Munge decode failed",
    "MUNGE",
];

/// How commands are called.
#[derive(Debug)]
pub(super) struct Commands {
    /// The folder with them; `None` looks in `PATH`.
    pub(super) programs: Option<PathBuf>,
    /// The configuration file, where it is not in Slurm's usual place.
    pub(super) configuration: Option<PathBuf>,
    /// How long each may take.
    pub(super) limit: Duration,
}

impl Commands {
    /// Runs a command and returns what it wrote.
    ///
    /// # Errors
    /// [`Error::Refused`] where Slurm answered no, [`Error::Unavailable`] where it did not answer.
    pub(super) async fn run(&self, program: &str, arguments: &[String]) -> Result<String, Error> {
        let ran = tokio::time::timeout(self.limit, self.ran(program, arguments)).await;
        let (is_success, out, complaint) = match ran {
            Ok(Ok(ran)) => ran,
            Ok(Err(error)) => {
                return Err(Error::Unavailable(format!("`{program}` cannot be run: {error}")));
            }
            Err(_) => {
                let seconds = self.limit.as_secs();
                let words = format!("`{program}` did not answer within {seconds} seconds");
                return Err(Error::Unavailable(words));
            }
        };
        if is_success {
            return Ok(out);
        }
        Err(complained(program, &complaint))
    }

    async fn ran(
        &self,
        program: &str,
        arguments: &[String],
    ) -> std::io::Result<(bool, String, String)> {
        let path = self.programs.as_ref().map_or_else(|| program.into(), |at| at.join(program));
        let mut command = Command::new(path);
        // Nothing of the zone's environment reaches a job, and times come as seconds since 1970.
        command.env_clear().env("SLURM_TIME_FORMAT", "%s").env("LC_ALL", "C");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        if let Some(configuration) = &self.configuration {
            command.env("SLURM_CONF", configuration);
        }
        command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let (out, err) = tokio::try_join!(read(out), read(err))?;
        Ok((child.wait().await?.success(), out, err))
    }
}

async fn read(pipe: Option<impl tokio::io::AsyncRead + Unpin>) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(ANSWER_BYTES_MAX).read_to_end(&mut bytes).await?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Tells a refusal from a failure. Only Slurm's own answer to a submission is a refusal.
fn complained(program: &str, complaint: &str) -> Error {
    let words: Vec<&str> =
        complaint.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let words: String = words.join("; ").chars().take(COMPLAINT_CHARS_MAX).collect();
    let is_passing = PASSING.iter().any(|known| complaint.contains(known));
    let is_answer = program == "sbatch" && complaint.contains("Batch job submission failed: ");
    if is_answer && !is_passing { Error::Refused(words) } else { Error::Unavailable(words) }
}

#[cfg(test)]
mod tests {
    use super::complained;
    use crate::Error;

    #[test]
    fn only_an_answer_to_a_submission_is_a_refusal() {
        let failed = |why: &str| format!("sbatch: error: Batch job submission failed: {why}\n");
        let answer = failed("Requested node configuration is not available");
        assert!(matches!(complained("sbatch", &answer), Error::Refused(_)));
        for why in [
            failed("Unable to contact slurm controller (connect failure)"),
            failed("Socket timed out on send/recv operation"),
            "sbatch: error: AssocMaxSubmitJobLimit\nsbatch: error: Batch job submission failed: \
             Job violates accounting/QOS policy\n"
                .to_owned(),
            "sbatch: fatal: Unable to process configuration file".to_owned(),
        ] {
            assert!(matches!(complained("sbatch", &why), Error::Unavailable(_)), "{why}");
        }
        assert!(matches!(complained("squeue", &answer), Error::Unavailable(_)));
    }
}
