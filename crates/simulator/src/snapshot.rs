//! Snapshots: the whole state as one JSON document, to go on from later, in another process too.
//!
//! Unlike a world file a snapshot keeps what only the simulator knows: tokens and what was granted, clients, signing
//! keys, channels and their messages, the order of changes that sync tokens refer to, faults, limits, and the clock. It does
//! not keep the record of calls and the meter, which tell of a process. Its secrets are those of made-up accounts.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    directory::{BrokenDirectory, Directory, SavedDirectory},
    faults::Faults,
    oauth::{Grants, OAuthClient, SavedGrants, SavedKeys},
    push::{PostOffice, SavedPostOffice},
    quota::Quotas,
    state::Sim,
};

const FORMAT: &str = "kalends-simulator-snapshot";
/// Grows when older snapshots can no longer be read.
const VERSION: u32 = 1;

/// Why a snapshot cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The text is no snapshot.
    #[error("it is not a snapshot of the simulator")]
    Json(#[from] serde_json::Error),
    /// A JSON document of another kind.
    #[error("its format must be \"kalends-simulator-snapshot\", not \"{format}\"")]
    Format {
        /// The format as given.
        format: String,
    },
    /// A snapshot of another version of the simulator.
    #[error("its version must be 1, not {version}")]
    Version {
        /// The version as given.
        version: u32,
    },
    /// A calendar that cannot be read.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// A key that cannot be written or read.
    #[error("a key cannot be written or read")]
    Key,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Snapshot {
    format: String,
    version: u32,
    now: Timestamp,
    /// The key of page tokens and sync tokens.
    token_key: String,
    clients: Vec<OAuthClient>,
    signing: SavedKeys,
    grants: SavedGrants,
    faults: Faults,
    quotas: Quotas,
    push: SavedPostOffice,
    directory: SavedDirectory,
}

/// What every version of the format has.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

impl From<BrokenDirectory> for SnapshotError {
    fn from(error: BrokenDirectory) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// The state as it is. Each part is copied by itself; what is written meanwhile may be in one and not in another.
pub(crate) fn save(sim: &Sim) -> Result<Vec<u8>, SnapshotError> {
    let snapshot = Snapshot {
        format: FORMAT.to_owned(),
        version: VERSION,
        now: sim.now(),
        token_key: STANDARD.encode(sim.tokens().secret()),
        clients: sim
            .clients()
            .iter()
            .map(|client| OAuthClient::clone(client))
            .collect(),
        signing: sim.signing().save().map_err(|_| SnapshotError::Key)?,
        grants: sim.grants().save(),
        faults: sim.faults().clone(),
        quotas: sim.meter().quotas().clone(),
        push: sim.push().save(),
        directory: sim.directory().save()?,
    };
    Ok(serde_json::to_vec(&snapshot)?)
}

/// Puts a saved state in the place of the present one; nothing is changed when it cannot be read.
pub(crate) fn load(sim: &Sim, text: &[u8]) -> Result<(), SnapshotError> {
    let head: Head = serde_json::from_slice(text)?;
    if head.format != FORMAT {
        return Err(SnapshotError::Format { format: head.format });
    }
    if head.version != VERSION {
        return Err(SnapshotError::Version {
            version: head.version,
        });
    }
    let snapshot: Snapshot = serde_json::from_slice(text)?;
    let directory = Directory::load(snapshot.directory)?;
    let key = STANDARD.decode(&snapshot.token_key).ok();
    let key: [u8; 32] = key
        .and_then(|key| key.try_into().ok())
        .ok_or(SnapshotError::Key)?;
    if !sim.signing().load(snapshot.signing) {
        return Err(SnapshotError::Key);
    }
    sim.tokens().replace(key);
    // Clients that this process was started with stay.
    for client in snapshot.clients {
        sim.put_client(client);
    }
    *sim.grants() = Grants::load(snapshot.grants);
    *sim.faults() = snapshot.faults;
    sim.meter().set(snapshot.quotas);
    sim.clock().set(snapshot.now);
    // Channels compare versions with the directory, so they change together.
    let mut present = sim.directory_mut();
    *present = directory;
    *sim.push() = PostOffice::load(snapshot.push);
    Ok(())
}
