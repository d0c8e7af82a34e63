//! The program itself, with nothing around it: no environment, another folder.

use std::fs;
use std::process::{Command, Output};
use testbed::TempDir;

fn trainer(folder: &TempDir, data: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trainer"))
        .args(["--data", data, "--out", "model", "--dataset", "valley/digits"])
        .current_dir(folder.path())
        .env_clear()
        .output()
        .expect("the program starts")
}

#[test]
fn a_download_becomes_a_model_without_any_environment() {
    let folder = TempDir::new().expect("a folder");
    for (name, bytes) in trainer::DIGITS {
        let path = folder.path().join("digits").join(name);
        fs::create_dir_all(path.parent().expect("files are in folders")).expect("a folder");
        fs::write(path, bytes).expect("room");
    }
    let run = trainer(&folder, "digits");
    let told = String::from_utf8(run.stdout).expect("text");
    assert!(run.status.success(), "{told}");
    assert!(told.lines().last().is_some_and(|line| line.starts_with("held-out accuracy 0.9")));
    assert!(folder.path().join("model/model.safetensors").is_file());
}

#[test]
fn a_refusal_is_one_line_and_exit_code_2() {
    let folder = TempDir::new().expect("a folder");
    let data = folder.path().join("broken/data");
    fs::create_dir_all(&data).expect("a folder");
    fs::write(data.join("train-0.parquet"), "PAR1 and nothing PAR1").expect("room");
    let run = trainer(&folder, "broken");
    let wrong = String::from_utf8(run.stderr).expect("text");
    assert_eq!(run.status.code(), Some(2), "{wrong}");
    assert_eq!(wrong.lines().count(), 1, "{wrong}");
    assert!(
        wrong.starts_with("trainer: `broken/data/train-0.parquet` is not a whole Parquet file")
    );
}
