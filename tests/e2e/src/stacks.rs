//! The programs of `examples/stacks`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use crate::program::root;

static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--target-dir", "target"]);
    for entry in fs::read_dir(root().join("examples/stacks")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            build.arg("-p").arg(path.file_name().unwrap());
        }
    }
    assert!(build.current_dir(root()).status().unwrap().success());
    root().join("target/debug")
});

/// Returns the command that runs this program. All of them are built by one call of cargo, so that they share their
/// dependencies.
pub fn stack(package: &str) -> Command {
    Command::new(PROGRAMS.join(package))
}
