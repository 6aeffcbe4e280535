//! A SQLite file is served by one process: a lock on a file beside it says by which.
//!
//! The lock is the operating system's, so it ends with its process, also when that is killed. It is not the database's own
//! lock: the command line writes beside the server.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::PathBuf,
    str::FromStr,
};

use secrecy::ExposeSecret;
use sqlx::sqlite::SqliteConnectOptions;

use crate::{StoreConfig, StoreError};

/// The right to serve a database; lost when dropped.
#[derive(Debug)]
pub struct ServingLock {
    /// Locked while it is open; none for a database that serves many.
    _file: Option<File>,
}

impl ServingLock {
    /// Takes the right to serve the database of that address; another process that serves the same SQLite file is a
    /// [`StoreError::Conflict`]. A PostgreSQL server serves any number of processes.
    pub fn take(config: &StoreConfig) -> Result<Self, StoreError> {
        let url = config.url.expose_secret();
        if !url.starts_with("sqlite:") {
            return Ok(Self { _file: None });
        }
        let unusable = |reason: String| StoreError::Configuration { reason };
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|_| unusable("the database's address cannot be read".to_owned()))?;
        let mut path = options.get_filename().as_os_str().to_owned();
        path.push(".serving");
        let path = PathBuf::from(path);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let file = file.map_err(|error| unusable(format!("{} cannot be opened: {error}", path.display())))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Conflict { what: "SQLite file" }),
            Err(TryLockError::Error(error)) => {
                Err(unusable(format!("{} cannot be locked: {error}", path.display())))
            }
        }
    }
}
