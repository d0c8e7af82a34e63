//! A zone served as a program, and the virtual environment with data people's programs.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Names the virtual environment with the packages that the scripts list.
const CLIENTS: &str = "HUTONG_CLIENTS";

/// A zone that ends with its test.
pub(crate) struct Zone {
    child: Child,
    pub(crate) url: String,
}

impl Zone {
    pub(crate) fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_test-zone"))
            .arg("--data")
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts the zone");
        let lines = BufReader::new(child.stdout.take().expect("its output is a pipe")).lines();
        let mut lines = lines.map(|line| line.expect("reads what the zone says"));
        let url = lines.find_map(|line| Some(line.strip_prefix("Serving at ")?.to_owned()));
        Self { child, url: url.expect("the zone says where it is") }
    }
}

impl Drop for Zone {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the virtual environment if it has these modules; says so where it has not, and fails
/// where nobody would read that.
pub(crate) fn clients(modules: &[&str]) -> Option<PathBuf> {
    let Some(venv) = std::env::var_os(CLIENTS).map(PathBuf::from) else {
        assert!(!testbed::is_ci(), "set {CLIENTS} to a virtual environment");
        eprintln!("left out: set {CLIENTS} to a virtual environment");
        return None;
    };
    let missing = |module: &&&str| {
        let code =
            format!("import importlib.util as i, sys; sys.exit(not i.find_spec('{module}'))");
        let found = Command::new(venv.join("bin/python")).args(["-c", &code]).status();
        !found.is_ok_and(|status| status.success())
    };
    if let Some(module) = modules.iter().find(missing) {
        assert!(!testbed::is_ci(), "`{module}` is not in {CLIENTS}");
        eprintln!("left out: `{module}` is not in {CLIENTS}; `cargo xtask ci` installs it");
        return None;
    }
    Some(venv)
}
