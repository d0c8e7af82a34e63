//! Environments: what a run finds in the sandbox besides its inputs.

use super::EnvironmentError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Longest name, in bytes. ASSUMPTION: fits a folder and a column of a table.
pub const ENVIRONMENT_NAME_BYTES_MAX: usize = 64;
/// What an environment is described by, in its folder.
const FILE: &str = "environment.toml";
/// Where commands are looked for when the environment does not say.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// What a run sees of the machine when its environment has no root of its own.
const HOST: &[&str] = &["/usr", "/bin", "/lib", "/lib32", "/lib64", "/sbin"];
const HOST_FILES: &[&str] = &["/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime"];
/// What a connection needs: names, and whom to trust.
const NETWORK: &[&str] = &[
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/services",
    "/etc/ssl",
    "/etc/ca-certificates",
];

/// A named environment: `ENVIRONMENTS/NAME/environment.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Environment {
    /// A root directory, as of an unpacked image; without one, `/usr` of the machine is seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<PathBuf>,
    /// More folders of the machine, seen read-only at the same place: a virtual environment and
    /// the interpreter it was made from.
    pub folders: Vec<PathBuf>,
    /// Where commands are looked for, before the usual places.
    pub path: Vec<String>,
    /// Environment variables; those of a run come after.
    pub variables: BTreeMap<String, String>,
}

/// Keeps an environment, in place of one of the same name: `ENVIRONMENTS/NAME/environment.toml`.
///
/// # Errors
/// When the name is not 1 to 64 of `a-z`, `0-9`, `.`, `_` and `-`, when a folder that it names is
/// not there, or when the file cannot be written.
pub fn environment_add(
    environments: &Path,
    name: &str,
    environment: &Environment,
) -> Result<(), EnvironmentError> {
    name_check(name)?;
    for folder in environment.root.iter().chain(&environment.folders) {
        if !folder.is_absolute() || !folder.is_dir() {
            return Err(EnvironmentError::NoFolder(folder.clone()));
        }
    }
    let text = toml::to_string(environment).expect("texts, lists and one table");
    let folder = environments.join(name);
    let write = || {
        fs::create_dir_all(&folder)?;
        let aside = folder.join("environment.toml.new");
        fs::write(&aside, text)?;
        fs::File::open(&aside)?.sync_all()?;
        fs::rename(aside, folder.join(FILE))
    };
    write().map_err(|source| EnvironmentError::Files { folder: folder.clone(), source })
}

/// Lists the environments by name.
///
/// # Errors
/// When the folder cannot be read, or one of the files is not understood. A folder that is not
/// there has none.
pub fn environments_list(
    environments: &Path,
) -> Result<BTreeMap<String, Environment>, EnvironmentError> {
    let entries = match fs::read_dir(environments) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(source) => return Err(EnvironmentError::Files { folder: environments.into(), source }),
    };
    let mut list = BTreeMap::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join(FILE).is_file() && name_check(&name).is_ok() {
            let environment = environment_read(environments, &name)?;
            list.insert(name, environment);
        }
    }
    Ok(list)
}

/// Reads one.
pub(crate) fn environment_read(
    environments: &Path,
    name: &str,
) -> Result<Environment, EnvironmentError> {
    name_check(name)?;
    let file = environments.join(name).join(FILE);
    let text = fs::read_to_string(&file).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => EnvironmentError::Unknown(name.to_owned()),
        _ => EnvironmentError::Files { folder: file.clone(), source },
    })?;
    toml::from_str(&text).map_err(|source| EnvironmentError::Text { file, source: source.into() })
}

fn name_check(name: &str) -> Result<(), EnvironmentError> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_name = (1..=ENVIRONMENT_NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(|byte| is_plain(byte) || b"._-".contains(&byte))
        && name.starts_with(|first: char| first.is_ascii_alphanumeric());
    if is_name { Ok(()) } else { Err(EnvironmentError::Name(name.to_owned())) }
}

impl Environment {
    /// Returns the search path of commands.
    pub(crate) fn search_path(&self) -> String {
        let own = self.path.iter().map(String::as_str);
        own.chain([PATH]).collect::<Vec<_>>().join(":")
    }

    /// Returns the arguments of `bwrap` that lay out what it gives; `people` is a folder with the
    /// `passwd` and `group` of the sandbox.
    pub(crate) fn mounts(&self, people: &Path, network: bool) -> io::Result<Vec<String>> {
        let mut list = Mounts::default();
        match &self.root {
            Some(root) => list.root(root)?,
            None => {
                for path in HOST {
                    list.entry(Path::new(path), path)?;
                }
                for path in HOST_FILES {
                    list.read_try(path);
                }
                for name in ["passwd", "group"] {
                    list.read_only(&people.join(name), &format!("/etc/{name}"));
                }
            }
        }
        if network {
            for path in NETWORK {
                // A file can be laid over a file of the root, not added to it.
                let inside = self.root.as_ref().map(|root| root.join(path.trim_start_matches('/')));
                if inside.is_none_or(|inside| inside.is_file() && !inside.is_symlink()) {
                    list.read_try(path);
                }
            }
        }
        for folder in &self.folders {
            let text = folder.to_string_lossy().into_owned();
            list.read_only(folder, &text);
        }
        Ok(list.0)
    }

    /// Says whether a folder can be laid at a place: a new one, or over an existing folder.
    pub(crate) fn is_free(&self, place: &str) -> bool {
        let mut parts = Path::new(place).components();
        let is_plain = parts.next() == Some(Component::RootDir)
            && parts.all(|part| matches!(part, Component::Normal(_)));
        let inside = place.trim_start_matches('/');
        let first = inside.split('/').next().unwrap_or_default();
        let is_ours = ["", "proc", "dev", "sys", "tmp"].contains(&first) || place == "/scratch";
        if !is_plain || is_ours {
            return false;
        }
        let whole = format!("/{first}");
        match &self.root {
            None if whole == "/etc" => false,
            None if HOST.contains(&whole.as_str()) => false,
            None => true,
            Some(root) => is_empty(&root.join(first)) || root.join(inside).is_dir(),
        }
    }
}

/// Arguments of `bwrap`, in order.
#[derive(Default)]
struct Mounts(Vec<String>);

impl Mounts {
    fn add(&mut self, parts: &[&str]) {
        self.0.extend(parts.iter().map(|&part| part.to_owned()));
    }

    fn read_only(&mut self, from: &Path, to: &str) {
        self.add(&["--ro-bind", &from.to_string_lossy(), to]);
    }

    fn read_try(&mut self, path: &str) {
        self.add(&["--ro-bind-try", path, path]);
    }

    /// Lays out a root: entry by entry, so that more can be added beside them.
    fn root(&mut self, root: &Path) -> io::Result<()> {
        for entry in fs::read_dir(root)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !["proc", "dev", "sys", "tmp", "scratch"].contains(&name.as_str()) {
                self.entry(&root.join(&name), &format!("/{name}"))?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, from: &Path, to: &str) -> io::Result<()> {
        if from.is_symlink() {
            let target = fs::read_link(from)?;
            self.add(&["--symlink", &target.to_string_lossy(), to]);
        } else if from.is_dir() && is_empty(from) {
            self.add(&["--dir", to]);
        } else if from.exists() {
            self.read_only(from, to);
        }
        Ok(())
    }
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).map_or(!folder.exists(), |mut entries| entries.next().is_none())
}
