//! `hutong rules`: rule files checked, tried, explained, criticised, listed. No zone is needed.

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use rulebook::Problem;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Most rule files of one command: the world has fewer programmes.
const FILES_MAX: usize = 10_000;

#[derive(Subcommand)]
pub(crate) enum RulesCommand {
    /// Checks rule files and their worked examples; one line per problem, exit 1 if there is one.
    Check(PathsArgs),
    /// Computes what an applicant is entitled to under a rule.
    Simulate(SimulateArgs),
    /// Says a rule in plain words.
    Explain(ExplainArgs),
    /// Says what a rule leaves open to misuse.
    Lint(PathsArgs),
    /// Lists rules in a line each.
    List(PathsArgs),
}

#[derive(Args)]
pub(crate) struct PathsArgs {
    /// Rule files, or folders with rule files.
    #[arg(value_name = "PATH", default_value = "rules")]
    paths: Vec<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    /// Language of the words.
    #[arg(long, value_enum, default_value_t = Words::En)]
    lang: Words,
}

#[derive(Args)]
pub(crate) struct SimulateArgs {
    /// The rule file.
    file: PathBuf,
    /// Facts as JSON; docs/rules.md describes them.
    #[arg(long, value_name = "FACTS.json")]
    facts: PathBuf,
    /// Prints the whole answer as JSON.
    #[arg(long)]
    json: bool,
    /// Language of the words.
    #[arg(long, value_enum, default_value_t = Words::En)]
    lang: Words,
}

#[derive(Args)]
pub(crate) struct ExplainArgs {
    /// The rule file.
    file: PathBuf,
    /// Language of the words.
    #[arg(long, value_enum, default_value_t = Words::En)]
    lang: Words,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Words {
    En,
    Zh,
}

impl From<Words> for rulebook::Lang {
    fn from(words: Words) -> Self {
        match words {
            Words::En => Self::En,
            Words::Zh => Self::Zh,
        }
    }
}

/// Runs a command about rule files.
pub(crate) fn rules(command: RulesCommand) -> Result<ExitCode> {
    match command {
        RulesCommand::Check(args) => check(&args),
        RulesCommand::Simulate(args) => simulate(&args),
        RulesCommand::Explain(args) => explain(&args),
        RulesCommand::Lint(args) => lint(&args),
        RulesCommand::List(args) => list(&args),
    }
}

fn check(args: &PathsArgs) -> Result<ExitCode> {
    let reports = rulebook::check_reports(&read_all(&args.paths)?);
    let unsound = reports.iter().filter(|report| !report.is_sound()).count();
    if args.json {
        println!("{}", serde_json::to_string_pretty(&reports).context("write JSON")?);
    } else {
        for line in reports.iter().flat_map(rulebook::CheckReport::lines) {
            println!("{line}");
        }
        if unsound == 0 {
            println!("ok: {} rule files", reports.len());
        }
    }
    Ok(code(unsound == 0))
}

fn simulate(args: &SimulateArgs) -> Result<ExitCode> {
    let (name, rule) = read_one(&args.file)?;
    let (facts_name, facts) = read_one(&args.facts)?;
    match rulebook::simulate(&name, &rule, &facts) {
        Ok(answer) if args.json => {
            println!("{}", serde_json::to_string_pretty(&answer).context("write JSON")?);
            Ok(ExitCode::SUCCESS)
        }
        Ok(answer) => {
            print!("{}", rulebook::evaluation_text(&answer, args.lang.into()));
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            fault.lines(&facts_name).iter().for_each(|line| println!("{line}"));
            Ok(ExitCode::FAILURE)
        }
    }
}

fn explain(args: &ExplainArgs) -> Result<ExitCode> {
    let (name, text) = read_one(&args.file)?;
    match rulebook::explain_text(&name, &text, args.lang.into()) {
        Ok(words) => {
            print!("{words}");
            Ok(ExitCode::SUCCESS)
        }
        Err(problems) => Ok(refuse(&problems)),
    }
}

fn lint(args: &PathsArgs) -> Result<ExitCode> {
    let mut is_readable = true;
    let mut all = serde_json::Map::new();
    for (name, text) in read_all(&args.paths)? {
        match rulebook::lint_report(&name, &text) {
            Ok(findings) if args.json => {
                let findings = serde_json::to_value(&findings).context("write JSON")?;
                all.insert(name, findings);
            }
            Ok(findings) => print!("{}", rulebook::lint_text(&name, &findings, args.lang.into())),
            Err(problems) => {
                refuse(&problems);
                is_readable = false;
            }
        }
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&all).context("write JSON")?);
    }
    Ok(code(is_readable))
}

fn list(args: &PathsArgs) -> Result<ExitCode> {
    let mut rows = Vec::new();
    let mut is_readable = true;
    for (name, text) in read_all(&args.paths)? {
        match rulebook::check(&name, &text) {
            Ok(rule) => rows.push(rulebook::summary(&name, &rule)),
            Err(problems) => {
                refuse(&problems);
                is_readable = false;
            }
        }
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&rows).context("write JSON")?);
    } else {
        print!("{}", rulebook::list_text(&rows, args.lang.into()));
    }
    Ok(code(is_readable))
}

fn refuse(problems: &[Problem]) -> ExitCode {
    problems.iter().for_each(|problem| println!("{problem}"));
    ExitCode::FAILURE
}

fn code(is_good: bool) -> ExitCode {
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Reads files, and every `.toml` below folders, in the order of their names.
fn read_all(paths: &[PathBuf]) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files)?;
    }
    if files.is_empty() {
        bail!("there is no rule file: give a .toml file or a folder with some");
    }
    files.iter().map(|file| read_one(file)).collect()
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let mut entries = Vec::new();
    let folder = std::fs::read_dir(path).with_context(|| format!("read {}", path.display()))?;
    for entry in folder {
        let entry = entry.with_context(|| format!("read {}", path.display()))?;
        // Links are left out: they may lead in a circle.
        let kind = entry.file_type().with_context(|| format!("read {}", path.display()))?;
        let is_rule = kind.is_file() && entry.path().extension().is_some_and(|e| e == "toml");
        if kind.is_dir() || is_rule {
            entries.push(entry.path());
        }
    }
    entries.sort();
    for entry in entries {
        collect(&entry, files)?;
        if files.len() > FILES_MAX {
            bail!("there are more than {FILES_MAX} rule files below {}", path.display());
        }
    }
    Ok(())
}

fn read_one(path: &Path) -> Result<(String, String)> {
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| format!("read {shown}"))?;
    let text = String::from_utf8(bytes).ok();
    let text = text.with_context(|| format!("{shown} is not UTF-8 text"))?;
    Ok((shown, text))
}
