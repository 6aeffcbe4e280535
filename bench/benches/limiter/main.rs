//! One decision of the limiter: in the process, in nanoseconds; and shared by replicas in Redis, against the bare
//! script.
//!
//! In the process the windows are exact, `10 per 10 s` for each of 10,000 accounts and `400 per 100 s` for their client;
//! the simulated clock moves as fast as the client's window allows, so that calls are granted, or stands still, so that
//! they are refused. The bare way of the shared decision is one `EVALSHA` of the same script with keys and arguments
//! that were made beforehand, over a connection of the same library. Run with
//! `cargo bench -p kalends-bench --bench limiter`.

mod local;
mod shared;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let local = local::measure().await?;
    let shared = shared::measure().await?;
    Ok(if local == ExitCode::SUCCESS { shared } else { local })
}
