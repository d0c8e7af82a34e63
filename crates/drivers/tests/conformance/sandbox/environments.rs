//! What an operator gives runs to work with.

use super::put;
use compute::Input;
use drivers::sandbox::{Environment, environment_add};
use std::fs;
use std::process::Command;

#[test]
fn an_environment_with_a_root_shows_nothing_else() {
    put(|ground, folder| {
        Box::pin(async move {
            let root = folder.join("root");
            let list = Command::new("ldd").arg("/bin/sh").output().expect("it is in every Debian");
            let text = String::from_utf8_lossy(&list.stdout).into_owned();
            let libraries = text.split_whitespace().filter(|word| word.starts_with('/'));
            for file in libraries.chain(["/bin/sh"]) {
                let to = root.join(file.trim_start_matches('/'));
                fs::create_dir_all(to.parent().expect("it is below")).expect("it is ours");
                fs::copy(file, to).expect("it can be copied");
            }
            fs::create_dir_all(root.join("opt/data")).expect("it is ours");
            let environment = Environment {
                root: Some(root),
                variables: [("WHO".to_owned(), "root".to_owned())].into(),
                ..Environment::default()
            };
            environment_add(&folder.join("environments"), "own", &environment).expect("written");
            let script = "test ! -e /usr && test ! -e /etc && echo $WHO $(cd /opt/data && echo *)";
            let mut run = ground.script("rooted", script);
            run.environment = "own".to_owned();
            let from = folder.join("runs");
            run.inputs = vec![Input { from, to: "/opt/data".to_owned() }];
            assert_eq!(ground.succeed(&run).await, b"root rooted\n");
        })
    });
}

#[test]
fn a_virtual_environment_is_found_where_it_was_made() {
    put(|ground, folder| {
        Box::pin(async move {
            let made = folder.join("venv");
            let mut command = Command::new("/usr/bin/python3");
            let done = command.args(["-m", "venv", "--without-pip"]).arg(&made).output();
            if !done.is_ok_and(|done| done.status.success()) {
                assert!(!testbed::is_ci(), "PYTHON ABSENT: install `python3-venv`");
                return eprintln!("there is no Python to make an environment with");
            }
            let environment = Environment {
                folders: vec![made.clone()],
                path: vec![made.join("bin").to_string_lossy().into_owned()],
                ..Environment::default()
            };
            environment_add(&folder.join("environments"), "python", &environment).expect("written");
            let script = "import getpass, sys; print(sys.prefix, getpass.getuser())";
            let mut run = ground.run("python", &["python", "-c", script]);
            run.environment = "python".to_owned();
            let log = ground.succeed(&run).await;
            assert_eq!(String::from_utf8_lossy(&log), format!("{} job\n", made.display()));
        })
    });
}
