//! The file of `--snapshot`: read at the start, and written at the end with `--save-snapshot`.

use std::{fs, io::ErrorKind, path::Path};

use anyhow::Context;
use kalends_simulator::Control;

use crate::cli;

/// Goes on from the file, when there is one.
pub(super) fn load(args: &cli::Simulate, control: &Control) -> anyhow::Result<()> {
    let Some(path) = &args.snapshot else {
        return Ok(());
    };
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && args.save_snapshot => return Ok(()),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read the snapshot {}", path.display()));
        }
    };
    let loaded = control.load_snapshot(&text);
    loaded.with_context(|| format!("the snapshot {} cannot be used", path.display()))
}

/// Writes the file, if asked to; one that is there is replaced only by a whole one.
pub(super) fn save(args: &cli::Simulate, control: &Control) -> anyhow::Result<()> {
    let Some(path) = args.snapshot.as_ref().filter(|_| args.save_snapshot) else {
        return Ok(());
    };
    let written = write(path, control);
    written.with_context(|| format!("cannot write the snapshot {}", path.display()))
}

fn write(path: &Path, control: &Control) -> anyhow::Result<()> {
    let text = control.save_snapshot()?;
    let mut name = path.file_name().context("it has no file name")?.to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    fs::write(&new, text)?;
    Ok(fs::rename(&new, path)?)
}
