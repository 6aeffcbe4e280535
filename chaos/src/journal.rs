//! What happened, in a file, and what should not have happened, also on the screen.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Write as _,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// Findings of one kind that are shown; the others are only counted.
const SHOWN: u64 = 5;

/// The record of a run.
#[derive(Debug)]
pub(crate) struct Journal {
    begun: Instant,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: Option<File>,
    counts: BTreeMap<&'static str, u64>,
    findings: BTreeMap<&'static str, u64>,
}

impl Journal {
    /// Writes to `actions.log` in the folder.
    pub(crate) fn in_folder(folder: &Path) -> anyhow::Result<Self> {
        Ok(Self::new(Some(File::create(folder.join("actions.log"))?)))
    }

    /// Keeps counts only.
    #[cfg(test)]
    pub(crate) fn unwritten() -> Self {
        Self::new(None)
    }

    fn new(file: Option<File>) -> Self {
        Self {
            begun: Instant::now(),
            inner: Mutex::new(Inner {
                file,
                counts: BTreeMap::new(),
                findings: BTreeMap::new(),
            }),
        }
    }

    /// Something was done; `counted` is what the summary calls it.
    pub(crate) fn did(&self, counted: &'static str, text: &str) {
        let mut inner = self.inner();
        *inner.counts.entry(counted).or_default() += 1;
        self.write(&mut inner, text);
    }

    /// Something is worth knowing when the record is read.
    pub(crate) fn note(&self, text: &str) {
        let mut inner = self.inner();
        self.write(&mut inner, text);
    }

    /// Something does not hold. `kind` is what the summary calls it.
    pub(crate) fn found(&self, kind: &'static str, text: &str) {
        let mut inner = self.inner();
        let count = inner.findings.entry(kind).or_default();
        *count += 1;
        if *count <= SHOWN {
            println!("chaos: FOUND {kind}: {text}");
        }
        self.write(&mut inner, &format!("FOUND {kind}: {text}"));
    }

    /// How often something was done.
    pub(crate) fn count(&self, counted: &str) -> u64 {
        self.inner().counts.get(counted).copied().unwrap_or(0)
    }

    /// How often something of that kind does not hold.
    pub(crate) fn findings(&self, kind: &str) -> u64 {
        self.inner().findings.get(kind).copied().unwrap_or(0)
    }

    /// How much does not hold in all.
    pub(crate) fn all_findings(&self) -> u64 {
        self.inner().findings.values().sum()
    }

    /// Seconds since the beginning.
    pub(crate) fn seconds(&self) -> u64 {
        self.begun.elapsed().as_secs()
    }

    fn write(&self, inner: &mut Inner, text: &str) {
        let at = self.begun.elapsed().as_secs_f64();
        if let Some(file) = &mut inner.file {
            // A full disk must not end the run that found something.
            let _ = writeln!(file, "{at:9.3} {text}");
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
