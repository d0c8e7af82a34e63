//! `.gitattributes` and `.gitignore`, as far as uploads depend on them.

use bstr::ByteSlice;
use gix_glob::Pattern;
use gix_glob::pattern::Case;
use gix_glob::wildmatch::Mode;

/// Lines of one file that are looked at: more is no list of patterns.
const LINES_MAX: usize = 10_000;

/// The `.gitattributes` that a new repository begins with: what is usually large and binary goes
/// to large-file storage whatever its size.
pub const ATTRIBUTES_DEFAULT: &str = "\
*.7z filter=lfs diff=lfs merge=lfs -text
*.arrow filter=lfs diff=lfs merge=lfs -text
*.bin filter=lfs diff=lfs merge=lfs -text
*.bz2 filter=lfs diff=lfs merge=lfs -text
*.ckpt filter=lfs diff=lfs merge=lfs -text
*.ftz filter=lfs diff=lfs merge=lfs -text
*.gguf filter=lfs diff=lfs merge=lfs -text
*.gz filter=lfs diff=lfs merge=lfs -text
*.h5 filter=lfs diff=lfs merge=lfs -text
*.joblib filter=lfs diff=lfs merge=lfs -text
*.model filter=lfs diff=lfs merge=lfs -text
*.msgpack filter=lfs diff=lfs merge=lfs -text
*.npy filter=lfs diff=lfs merge=lfs -text
*.npz filter=lfs diff=lfs merge=lfs -text
*.onnx filter=lfs diff=lfs merge=lfs -text
*.ot filter=lfs diff=lfs merge=lfs -text
*.parquet filter=lfs diff=lfs merge=lfs -text
*.pb filter=lfs diff=lfs merge=lfs -text
*.pickle filter=lfs diff=lfs merge=lfs -text
*.pkl filter=lfs diff=lfs merge=lfs -text
*.pt filter=lfs diff=lfs merge=lfs -text
*.pth filter=lfs diff=lfs merge=lfs -text
*.rar filter=lfs diff=lfs merge=lfs -text
*.safetensors filter=lfs diff=lfs merge=lfs -text
*.tar filter=lfs diff=lfs merge=lfs -text
*.tar.* filter=lfs diff=lfs merge=lfs -text
*.tflite filter=lfs diff=lfs merge=lfs -text
*.tgz filter=lfs diff=lfs merge=lfs -text
*.wasm filter=lfs diff=lfs merge=lfs -text
*.xz filter=lfs diff=lfs merge=lfs -text
*.zip filter=lfs diff=lfs merge=lfs -text
*.zst filter=lfs diff=lfs merge=lfs -text
*tfevents* filter=lfs diff=lfs merge=lfs -text
saved_model/**/* filter=lfs diff=lfs merge=lfs -text
# Images, sound and film: never text.
*.flac filter=lfs diff=lfs merge=lfs -text
*.gif filter=lfs diff=lfs merge=lfs -text
*.jpeg filter=lfs diff=lfs merge=lfs -text
*.jpg filter=lfs diff=lfs merge=lfs -text
*.mp3 filter=lfs diff=lfs merge=lfs -text
*.mp4 filter=lfs diff=lfs merge=lfs -text
*.ogg filter=lfs diff=lfs merge=lfs -text
*.pdf filter=lfs diff=lfs merge=lfs -text
*.png filter=lfs diff=lfs merge=lfs -text
*.wav filter=lfs diff=lfs merge=lfs -text
*.webm filter=lfs diff=lfs merge=lfs -text
*.webp filter=lfs diff=lfs merge=lfs -text
";

fn matches(pattern: &Pattern, path: &str, is_dir: bool) -> bool {
    let basename = path.rfind('/').map(|at| at + 1);
    let mode = Mode::NO_MATCH_SLASH_LITERAL;
    let path = path.as_bytes().as_bstr();
    pattern.matches_repo_relative_path(path, basename, Some(is_dir), Case::Sensitive, mode)
}

/// Which paths go to large-file storage (gitattributes(5); the root's file only).
#[derive(Debug, Clone, Default)]
pub struct Attributes(Vec<(Pattern, bool)>);

impl Attributes {
    /// Reads a `.gitattributes`; lines that say nothing of `filter` are skipped.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let line = line.trim();
            if line.starts_with('#') {
                return None;
            }
            let (pattern, said) = line.split_once(char::is_whitespace)?;
            let is_large = said.split_whitespace().rev().find_map(|word| match word {
                "filter=lfs" => Some(true),
                "-filter" | "!filter" => Some(false),
                other => other.starts_with("filter=").then_some(false),
            })?;
            let pattern = pattern.replace("[[:space:]]", "[ ]");
            Some((Pattern::from_bytes_without_negation(pattern.as_bytes())?, is_large))
        };
        Self(text.lines().take(LINES_MAX).filter_map(line).collect())
    }

    /// Tells whether a path goes to large-file storage: the last line that matches decides.
    #[must_use]
    pub fn is_large(&self, path: &str) -> bool {
        let mut lines = self.0.iter().rev();
        lines.find(|(pattern, _)| matches(pattern, path, false)).is_some_and(|(_, large)| *large)
    }

    /// Writes the line that sends one path to large-file storage.
    #[must_use]
    pub fn line(path: &str) -> String {
        let mut escaped = String::new();
        for c in path.chars() {
            match c {
                ' ' => escaped.push_str("[[:space:]]"),
                '*' | '?' | '[' | '\\' => {
                    escaped.push('\\');
                    escaped.push(c);
                }
                other => escaped.push(other),
            }
        }
        format!("/{escaped} filter=lfs diff=lfs merge=lfs -text\n")
    }
}

/// Which paths an upload leaves out (gitignore(5); the root's file only).
#[derive(Debug, Clone, Default)]
pub struct Ignores(Vec<Pattern>);

impl Ignores {
    /// Reads a `.gitignore`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let line = if line.ends_with("\\ ") { line } else { line.trim_end() };
            if line.starts_with('#') { None } else { Pattern::from_bytes(line.as_bytes()) }
        };
        Self(text.lines().take(LINES_MAX).filter_map(line).collect())
    }

    /// Tells whether a file is left out, by itself or with a folder above it. What lies in an
    /// excluded folder cannot be taken back in, as in Git.
    #[must_use]
    pub fn is_ignored(&self, path: &str) -> bool {
        let folders = path.match_indices('/').map(|(at, _)| (&path[..at], true));
        folders.chain([(path, false)]).any(|(path, is_dir)| self.says(path, is_dir))
    }

    fn says(&self, path: &str, is_dir: bool) -> bool {
        let mut lines = self.0.iter().rev();
        lines.find(|pattern| matches(pattern, path, is_dir)).is_some_and(|p| !p.is_negative())
    }
}

#[cfg(test)]
mod tests {
    use super::{ATTRIBUTES_DEFAULT, Attributes, Ignores};

    #[test]
    fn the_last_matching_line_decides_where_a_file_goes() {
        let text = format!("{ATTRIBUTES_DEFAULT}*.text filter=lfs -text\nsmall.bin -filter\n");
        let attributes = Attributes::parse(&text);
        let check = |path: &str, large| assert_eq!(attributes.is_large(path), large, "{path}");
        check("a.bin", true);
        check("deep/er/a.bin", true);
        check("small.bin", false);
        check("README.md", false);
        check("saved_model/1/variables/x", true);
        check("a.text", true);
        check("x.tar.zst", true);
        check("events.out.tfevents.1", true);
    }

    #[test]
    fn a_line_for_one_path_matches_that_path_only() {
        for path in ["a b/c*d.txt", "数据/表 1.csv", "[x].md", "back\\slash"] {
            let attributes = Attributes::parse(&Attributes::line(path));
            assert!(attributes.is_large(path), "{path}");
            assert!(!attributes.is_large(&format!("x/{path}")), "{path}");
        }
        assert!(!Attributes::parse(&Attributes::line("c*d")).is_large("cxd"));
    }

    #[test]
    fn ignored_files_are_those_that_git_ignores() {
        let ignores =
            Ignores::parse("# no\nnested/*\n!nested/keep.md\n*.log\n!keep.log\nbuild/\n/top\n");
        let check = |path: &str, out| assert_eq!(ignores.is_ignored(path), out, "{path}");
        check("nested/file.bin", true);
        check("nested/keep.md", false);
        check("nested/a/b", true);
        check("deep/x.log", true);
        check("deep/keep.log", false);
        check("build/keep.log", true);
        check("build", false);
        check("top", true);
        check("deep/top", false);
        check("# no", false);
    }
}
