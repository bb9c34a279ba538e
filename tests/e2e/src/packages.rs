//! Packages of npm and PyPI, installed once, and the programs that use them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::program::root;

static NODE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("node");
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund"])
        .current_dir(&folder);
    assert!(npm.status().unwrap().success());
    folder
});

/// The command that runs a program of `node/` with its packages.
pub fn node(program: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(NODE.join(program));
    command
}

static PYTHON_PACKAGES: LazyLock<PathBuf> = LazyLock::new(|| {
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/requirements.txt");
    let requirements = fs::read_to_string(requirements).unwrap();
    let folder = root().join("target/python");
    // This copy is written last, so an installation that was interrupted has none and is repeated.
    let installed = folder.join("requirements.txt");
    if fs::read_to_string(&installed).ok() != Some(requirements.clone()) {
        let _ = fs::remove_dir_all(&folder);
        let mut pip = Command::new("python3");
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(["--root-user-action", "ignore", "--target"])
        .arg(&folder)
        .args(requirements.lines());
        assert!(pip.status().unwrap().success());
        fs::write(installed, requirements).unwrap();
    }
    folder
});

/// The command that runs a program of `python/` with its packages.
pub fn python(program: &str) -> Command {
    let mut command = Command::new("python3");
    command
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("python")
                .join(program),
        )
        .env("PYTHONPATH", &*PYTHON_PACKAGES);
    command
}
