use super::source::lines;
use super::tree::paths;
use super::{Tree, check};
use crate::metadata::{Crate, Dependency, Target};
use std::fs;
use std::process::Command;
use testbed::TempDir;

const DRAWING: &str = "\
# House

| rank | crate | one line |
| --- | --- | --- |
| 0 | `base` | words |
| 2 | `ledger` | value |
| 2 | `grants` | calls |
| dev | `testbed`, `xtask` | tasks |

Start at `crates/base/src/lib.rs`, or at any `lib.rs`; rules are in `rules/*.toml`.
";

/// A workspace without a problem, to which each test adds one.
struct World(Tree);

impl World {
    fn new() -> Self {
        let mut world = Self(Tree::default());
        for name in ["base", "ledger", "grants", "testbed", "xtask"] {
            world.0.crates.push(package(name));
            world = world.file(&format!("crates/{name}/src/lib.rs"), "//! A crate.\n");
        }
        world.file("ARCHITECTURE.md", DRAWING).file("rules/one.toml", "").file(
            "docs/dependencies.md",
            "| crate | what for |\n| --- | --- |\n| `serde` (tests) | all |\n",
        )
    }

    fn file(mut self, path: &str, text: &str) -> Self {
        self.0.files.insert(path.to_owned(), text.to_owned());
        self
    }

    fn arrow(mut self, from: &str, to: &str, is_ours: bool, is_dev: bool) -> Self {
        let package = self.0.crates.iter_mut().find(|package| package.name == from).unwrap();
        package.dependencies.push(Dependency { name: to.to_owned(), is_ours, is_dev });
        self
    }

    fn found(&self) -> Vec<String> {
        check(&self.0).iter().map(ToString::to_string).collect()
    }

    /// Checks that there is exactly this problem.
    #[track_caller]
    fn has(&self, problem: &str) {
        assert_eq!(self.found(), [problem]);
    }

    #[track_caller]
    fn is_clean(&self) {
        assert_eq!(self.found(), [""; 0]);
    }
}

fn package(name: &str) -> Crate {
    let path = format!("crates/{name}/src/lib.rs");
    Crate {
        name: name.to_owned(),
        folder: format!("crates/{name}"),
        dependencies: Vec::new(),
        targets: vec![Target { kind: "lib".to_owned(), name: name.to_owned(), path }],
    }
}

/// A source file with this line in it, below its door.
fn with_line(line: &str) -> World {
    World::new().file("crates/base/src/thing.rs", &format!("\n{line}\n"))
}

#[test]
fn a_tidy_workspace_has_no_problem() {
    World::new().is_clean();
}

#[test]
fn arrows_run_only_to_a_lower_rank() {
    World::new().arrow("ledger", "base", true, false).is_clean();
    World::new()
        .file("crates/base/Cargo.toml", "[dependencies]\nledger = { workspace = true }\n")
        .arrow("base", "ledger", true, false)
        .has(
            "crates/base/Cargo.toml:2: `base` (rank 0) depends on `ledger` (rank 2): arrows run \
              only to a lower rank",
        );
    World::new().arrow("grants", "ledger", true, false).has(
        "crates/grants/Cargo.toml:1: `grants` (rank 2) depends on `ledger` (rank 2): arrows run \
         only to a lower rank",
    );
}

#[test]
fn nothing_shipped_needs_a_crate_for_development() {
    World::new().arrow("base", "testbed", true, true).is_clean();
    World::new().arrow("xtask", "testbed", true, false).is_clean();
    World::new().arrow("base", "testbed", true, false).has(
        "crates/base/Cargo.toml:1: `base` (rank 0) depends on `testbed` (rank dev): arrows run \
         only to a lower rank",
    );
}

#[test]
fn every_crate_is_drawn_once_and_every_drawn_crate_is_there() {
    let mut world = World::new();
    world.0.crates.push(package("atlas"));
    world.has("crates/atlas/Cargo.toml:1: crate `atlas` is not in the table of ARCHITECTURE.md");
    let drawing =
        |row: &str| World::new().file("ARCHITECTURE.md", &DRAWING.replace("| 0 | `base`", row));
    drawing("| 1 | `hub` | bytes |\n| 0 | `base`")
        .has("ARCHITECTURE.md:5: there is no crate `hub`");
    drawing("| 1 | `base` | again |\n| 0 | `base`")
        .has("ARCHITECTURE.md:6: crate `base` is named twice");
    drawing("| low | `base` | again |\n| 0 | `base`")
        .has("ARCHITECTURE.md:5: rank `low` is neither a number nor `dev`");
}

#[test]
fn a_house_without_a_drawing_is_refused() {
    let found = World::new().file("ARCHITECTURE.md", "# House\n").found();
    assert_eq!(found[0], "ARCHITECTURE.md:1: has no table that begins with `rank | crate`");
}

#[test]
fn a_path_named_in_the_drawing_exists() {
    let check = |span: &str| {
        World::new().file("ARCHITECTURE.md", &format!("{DRAWING}See `{span}` there.\n"))
    };
    for span in ["crates/base", "docs/", "rules/*.toml", "a b/c", "/register", "base::Time"] {
        check(span).is_clean();
    }
    for span in ["crates/hub", "store.rs", "rules/*.json", "NOTES.md", "crates/bas", ".ci/run"] {
        check(span).has(&format!("ARCHITECTURE.md:11: `{span}` does not exist"));
    }
}

#[test]
fn a_link_leads_somewhere() {
    let check = |link: &str| World::new().file("docs/a/b.md", &format!("# B\n[see]({link})\n"));
    for link in ["../../ARCHITECTURE.md#rooms", "../", "https://example.org/x", "#here", "b.md"] {
        check(link).is_clean();
    }
    for link in ["docs/dependencies.md", "../missing.md", "/docs/none.md#x"] {
        check(link).has(&format!("docs/a/b.md:2: link `{link}` leads nowhere"));
    }
    World::new().file("a.md", "```\n[see](nowhere.md)\n```\n").is_clean();
}

#[test]
fn a_dependency_from_outside_is_explained() {
    World::new().arrow("base", "serde", false, false).is_clean();
    World::new()
        .arrow("base", "proptest", false, true)
        .has("docs/dependencies.md:1: dependency `proptest` has no row");
}

#[test]
fn a_crate_says_what_it_is_for() {
    let check = |text: &str| World::new().file("crates/base/src/lib.rs", text);
    check("#![no_std]\n\n//! Words.\n").is_clean();
    let problem = "crates/base/src/lib.rs:1: opens without `//!`: say what the crate is for";
    check("mod id;\n").has(problem);
    check("").has(problem);
}

#[test]
fn a_long_file_is_justified_or_split() {
    let check = |count: usize, first: &str| {
        let text = format!("{first}\n{}", "let x = 1;\n".repeat(count - 1));
        World::new().file("crates/base/src/long.rs", &text)
    };
    check(600, "").is_clean();
    check(601, "")
        .has("crates/base/src/long.rs:1: 601 lines, above 600: split it or say why in `// LONG:`");
    check(900, "// LONG: one table of 64 programmes").is_clean();
    assert_eq!(check(700, "// LONG: ").found().len(), 1, "a reason is a reason");
    check(901, "// LONG: one table of 64 programmes")
        .has("crates/base/src/long.rs:1: 901 lines, at most 900: split the file by noun");
}

#[test]
fn tests_do_not_count_as_length() {
    let long = "let x = 1;\n".repeat(1_000);
    World::new().file("crates/base/src/tests.rs", &long).is_clean();
    World::new().file("crates/base/tests/it/long.rs", &long).is_clean();
    let inline = format!("//! Words.\n#[cfg(test)]\nmod tests {{\n{long}}}\n");
    World::new().file("crates/base/src/thing.rs", &inline).is_clean();
    let after = format!("{inline}{long}");
    assert_eq!(World::new().file("crates/base/src/thing.rs", &after).found().len(), 1);
}

#[test]
fn an_old_excess_may_shrink_but_not_grow() {
    let check = |count: usize, allowed: &str| {
        World::new()
            .file("crates/base/src/old.rs", &"let x = 1;\n".repeat(count))
            .file("xtask/ratchet.txt", &format!("# path lines\n{allowed}\n"))
    };
    check(950, "crates/base/src/old.rs 950").is_clean();
    check(951, "crates/base/src/old.rs 950")
        .has("xtask/ratchet.txt:2: `crates/base/src/old.rs` grew from 950 to 951 lines: split it");
    check(940, "crates/base/src/old.rs 950").has(
        "xtask/ratchet.txt:2: `crates/base/src/old.rs` shrank to 940 lines: lower this number",
    );
    check(10, "crates/base/src/old.rs 950")
        .has("xtask/ratchet.txt:2: `crates/base/src/old.rs` is short enough: remove this line");
    check(10, "gone.rs 950")
        .has("xtask/ratchet.txt:2: `gone.rs` is not a source file: remove this line");
    check(10, "gone.rs").has("xtask/ratchet.txt:2: `gone.rs` is not `path lines`");
}

#[test]
fn a_module_is_named_after_what_it_holds() {
    with_line("mod money_utils;").is_clean();
    with_line("pub(crate) mod utils;").has(
        "crates/base/src/thing.rs:2: a module `utils` says nothing: name it after what it holds",
    );
    for path in ["crates/base/src/misc.rs", "crates/base/tests/common/a.rs", "a/manager/b.rs"] {
        assert_eq!(World::new().file(path, "").found().len(), 1, "{path}");
    }
}

#[test]
fn a_note_for_later_has_an_issue() {
    with_line("// TODO(#12): round").is_clean();
    with_line("// TODO #12 round").is_clean();
    with_line("let x = \"TODO and FIXME in a text\";").is_clean();
    for comment in ["// TODO: round", "/* TODO */", "/// TODO(me): round", "x(); // TODO"] {
        with_line(comment)
            .has("crates/base/src/thing.rs:2: `TODO` without an issue: write `TODO(#12): ...`");
    }
    World::new()
        .file("rules/two.toml", "# TODO\n")
        .has("rules/two.toml:1: `TODO` without an issue: write `TODO(#12): ...`");
}

#[test]
fn a_note_of_something_broken_never_stays() {
    with_line("// FIXME(#12): round")
        .has("crates/base/src/thing.rs:2: `FIXME` never reaches main: fix it or open an issue");
}

#[test]
fn nothing_unfinished_is_merged() {
    for code in ["#[ignore]", "#[ignore = \"slow\"]", "    todo!()", "unimplemented!(\"x\")"] {
        assert_eq!(with_line(code).found().len(), 1, "{code}");
    }
    with_line("// todo!() is not for here").is_clean();
}

#[test]
fn sql_lives_in_the_store() {
    let statement = "let sql = \"SELECT id FROM account WHERE id = ?1\";";
    with_line(statement)
        .has("crates/base/src/thing.rs:2: `SELECT` outside `store.rs`: SQL lives there");
    for text in ["UPDATE account SET x = 1", "INSERT INTO account", "DELETE FROM a", "PRAGMA x"] {
        assert_eq!(with_line(&format!("f(\"{text}\");")).found().len(), 1, "{text}");
    }
    with_line("f(\"UPDATE your browser or SELECT\", \"Select one\");").is_clean();
    with_line("// SELECT is a word").is_clean();
    let places = [
        "crates/ledger/src/store.rs",
        "crates/ledger/src/store_holds.rs",
        "crates/ledger/src/store/holds.rs",
        "crates/ledger/src/tests.rs",
        "crates/ledger/benches/holds.rs",
        "crates/db/src/lane.rs",
    ];
    for path in places {
        World::new().file(path, statement).is_clean();
    }
}

#[test]
fn sql_over_several_lines_is_seen_too() {
    for statement in ["UPDATE account\n        SET x = 1", "SELECT\n        id FROM account"] {
        let found = with_line(&format!("f(\n    \"\n        {statement}\",\n);")).found();
        assert_eq!(found.len(), 1, "{statement}");
    }
    with_line("match word { \"SELECT\" => 1 }").is_clean();
}

#[test]
fn a_test_does_not_sleep() {
    let sleep = "std::thread::sleep(LONG);\n";
    World::new().file("crates/base/src/thing.rs", sleep).is_clean();
    let problem = "a test sleeps: wait on a condition (`testbed::wait_until`)";
    World::new()
        .file("crates/base/src/tests.rs", sleep)
        .has(&format!("crates/base/src/tests.rs:1: {problem}"));
    World::new()
        .file("crates/base/src/thing.rs", &format!("#[cfg(test)]\nmod tests {{\n{sleep}}}\n"))
        .has(&format!("crates/base/src/thing.rs:3: {problem}"));
}

#[test]
fn a_line_fits_the_page() {
    with_line(&format!("// {}", "中".repeat(97))).is_clean();
    with_line(&format!("// {}", "x".repeat(98)))
        .has("crates/base/src/thing.rs:2: 101 columns, at most 100");
    with_line(&format!("// https://example.org/{}", "x".repeat(98))).is_clean();
    with_line(&format!("const A: &str = \"{}\";", "x".repeat(120))).is_clean();
    with_line(&format!("const A: &str = \"{}\";", "x".repeat(140)))
        .has("crates/base/src/thing.rs:2: 159 columns, at most 140");
}

#[test]
fn no_path_of_one_machine_is_kept() {
    for folder in ["home", "root", "Users"] {
        World::new()
            .file("a.txt", &format!("see /{folder}/me/file"))
            .has(&format!("a.txt:1: a path below `/{folder}/` is true on one machine only"));
        World::new().file("a.txt", &format!("https://example.org/{folder}/me")).is_clean();
        World::new().file("a.txt", &format!("the folder /{folder}/ itself")).is_clean();
    }
}

#[test]
fn source_is_taken_apart() {
    let check = |source: &str, code: &str, comment: &str, text: &str| {
        let line = lines(source).remove(0);
        let parts = (line.code.as_str(), line.comment.as_str(), line.text.as_str());
        assert_eq!(parts, (code, comment, text), "{source}");
    };
    check("let a = 1; // one", "let a = 1; ", " one", "");
    check(r#"f("a // b", 'c');"#, r#"f("", '');"#, "", "a // b");
    check(r#"f("a \" b") // c"#, r#"f("") "#, " c", r#"a \" b"#);
    check(r###"f(r#"a " b"#, 1)"###, r#"f(r"", 1)"#.replace('r', "").as_str(), "", "a \" b");
    check(r#"f(br"a\", x)"#, r#"f(b"", x)"#, "", r"a\");
    check("let r#type = x;", "let r#type = x;", "", "");
    check("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}", "", "");
    check(r"['\'', '\\', '\u{41}', '/']", "['', '', '', '']", "", "");
    check("a /* b /* c */ d */ e", "a  e", " b  c  d ", "");
}

#[test]
fn what_spans_lines_stays_what_it_is() {
    let found = lines("f(\"one // \\\n two\"); // three\n/* four\nfive */ six\n");
    let texts: Vec<&str> = found.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["one // \\", " two", "", ""]);
    assert_eq!(found[2].comment, " four");
    assert_eq!((found[3].comment.as_str(), found[3].code.as_str()), ("five ", " six"));
}

#[test]
fn what_is_built_or_ignored_is_not_looked_at() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    for path in ["crates/base/src/lib.rs", "target/debug/x.rs", ".ci/run", "zone.db"] {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), "").unwrap();
    }
    fs::write(root.join(".gitignore"), "*.db\n/target\n").unwrap();
    let found = || {
        let mut found = paths(root).unwrap();
        found.sort();
        found
    };
    assert_eq!(found(), [".ci/run", ".gitignore", "crates/base/src/lib.rs", "zone.db"]);
    if Command::new("git").args(["init", "-q"]).arg(root).status().is_ok_and(|s| s.success()) {
        assert_eq!(found(), [".ci/run", ".gitignore", "crates/base/src/lib.rs"]);
    }
}
