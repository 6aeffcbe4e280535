//! The command line. Each command is one file in `commands/`.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;
use kalends_core::time::{ApiKeyId, TenantId, Zone};
use kalends_engine::replicas::Role;
use url::Url;

/// The self-hosted calendar integration server.
///
/// Try it: `kalends demo` runs the server beside a simulated Google and opens a page to click through.
#[derive(Debug, Parser)]
#[command(name = "kalends", version, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server: API, OAuth callbacks and background tasks.
    Serve(Serve),
    /// Run simulator and server together on throw-away data and show the whole thread on one page.
    Demo(Demo),
    /// Run the simulator: a stand-in for Google that needs no account and no network.
    Simulate(Simulate),
    /// Manage tenants, the applications that use the server.
    #[command(subcommand)]
    Tenants(Tenants),
    /// Manage the API keys of tenants.
    #[command(subcommand)]
    Keys(Keys),
    /// Manage the key ring that seals secrets in the database.
    #[command(subcommand)]
    Keyring(Keyring),
    /// Apply the database migrations and stop; `serve` does the same at its start.
    Migrate(ConfigArgs),
    /// Show what polling asks of each provider against what its budget allows.
    Load(ConfigArgs),
    /// Check or show the configuration.
    #[command(subcommand)]
    Config(Config),
    /// Print the OpenAPI document.
    Openapi,
    /// Find slots on given data, without a server and its database.
    #[command(subcommand)]
    Slots(Slots),
    /// Look into calendar files.
    #[command(subcommand)]
    Ics(Ics),
}

/// What every command that reads the configuration takes.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// Configuration file; else `KALENDS_CONFIG`, else ./kalends.toml when it exists.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Database, as sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME [setting: database.url]
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Address to listen on; port 0 takes a free one [setting: server.listen]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Address by which browsers reach the server [setting: server.public_url]
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// What this process does: all, api (answers requests) or worker (runs tasks) [setting: server.role]
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Option<Role>,
    /// Refuse to start when the database lacks migrations, instead of applying them.
    #[arg(long)]
    pub(crate) no_migrate: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Address of the demo page; port 0 takes a free one [default: 127.0.0.1:8080; with --headless a free port]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Run the same story without a browser, check each step, print it, and stop.
    #[arg(long)]
    pub(crate) headless: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    pub(crate) listen: SocketAddr,
    /// Address to listen on with TLS, besides `--listen`. The certificate, made at each start for localhost, 127.0.0.1
    /// and ::1, is served at /_sim/cert.pem.
    #[arg(long, value_name = "ADDR")]
    pub(crate) tls_listen: Option<SocketAddr>,
    /// A PEM file with the certificate chain to show instead of a new one.
    #[arg(long, value_name = "FILE", requires_all = ["tls_listen", "tls_key"])]
    pub(crate) tls_cert: Option<PathBuf>,
    /// A PEM file with the private key of `--tls-cert`.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// The address that answers name as the simulator's own, for instance behind a proxy [default: as it was asked].
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<Url>,
    /// A folder in which every call of the calendar is kept with its answer.
    #[arg(long, value_name = "FOLDER", env = "KALENDS_RECORD_CALLS")]
    pub(crate) record: Option<PathBuf>,
    /// Whose calendars there are: `demo` (three people with lively weeks), `empty`, or a JSON file.
    #[arg(long, value_name = "demo|empty|FILE", default_value = "demo")]
    pub(crate) world: String,
    /// A snapshot to go on from, as /_sim/snapshot gives it; what it holds takes the place of the world.
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshot: Option<PathBuf>,
    /// Writes the file of `--snapshot` when the simulator is stopped. At the first start the file need not exist.
    #[arg(long, requires = "snapshot")]
    pub(crate) save_snapshot: bool,
    /// A further OAuth client, as ID:SECRET:REDIRECT_URI; may be repeated. `kalends-demo` is always there.
    #[arg(long, value_name = "ID:SECRET:REDIRECT_URI")]
    pub(crate) client: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Tenants {
    /// Create a tenant and print its id.
    Create {
        #[command(flatten)]
        config: ConfigArgs,
        /// The application's name, as people will read it.
        name: String,
    },
    /// List all tenants.
    List {
        #[command(flatten)]
        config: ConfigArgs,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Create an API key and print it; it is shown this one time.
    Create {
        #[command(flatten)]
        config: ConfigArgs,
        /// Whose key.
        #[arg(long, value_name = "ID")]
        tenant: TenantId,
        /// What the key is for.
        #[arg(long, default_value = "default")]
        name: String,
    },
    /// List a tenant's keys, without their secrets.
    List {
        #[command(flatten)]
        config: ConfigArgs,
        /// Whose keys.
        #[arg(long, value_name = "ID")]
        tenant: TenantId,
    },
    /// Revoke a key; calls with it are refused from then on.
    Revoke {
        #[command(flatten)]
        config: ConfigArgs,
        /// Whose key.
        #[arg(long, value_name = "ID")]
        tenant: TenantId,
        /// The key's id, as `list` shows it.
        id: ApiKeyId,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keyring {
    /// Print a fresh entry for `KALENDS_KEYS`.
    Generate {
        /// The entry's id.
        #[arg(long, default_value = "k1")]
        id: String,
    },
    /// Put every tenant under the first key of `KALENDS_KEYS`, so that the others can leave it.
    Rotate(ConfigArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Say what is wrong with the configuration, or that nothing is.
    Check(ConfigArgs),
    /// Print every setting with its default and its meaning.
    Defaults,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Slots {
    /// Answer a question for slots whose hours and busy time are given, by the engine that `POST /v1/slots` asks.
    #[command(after_long_help = include_str!("commands/slots/compute.txt"))]
    Compute {
        /// The question in JSON; `-` reads standard input.
        #[arg(long, value_name = "FILE")]
        input: PathBuf,
        /// Print `{"free": [[from, to], ...], "slots": [from, ...]}` instead of a list for people.
        #[arg(long)]
        json: bool,
    },
    /// Say of one instant, rule by rule, why it is offered or not, as `POST /v1/availability/explain` does.
    Explain {
        /// The question in JSON, as `compute` takes it; `-` reads standard input.
        #[arg(long, value_name = "FILE")]
        input: PathBuf,
        /// The start of an appointment, an instant in RFC 3339.
        #[arg(long, value_name = "T")]
        at: Timestamp,
        /// Print what the API answers instead of sentences.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ics {
    /// Print every occurrence of a calendar file's events that overlaps a window, in order.
    #[command(after_long_help = include_str!("commands/ics/expand.txt"))]
    Expand(IcsExpand),
}

#[derive(Debug, Args)]
pub(crate) struct IcsExpand {
    /// The calendar file (iCalendar, RFC 5545); `-` is the standard input.
    pub(crate) file: PathBuf,
    /// First instant of the window, as 2026-01-05T00:00:00Z.
    #[arg(long, value_name = "INSTANT")]
    pub(crate) from: Timestamp,
    /// First instant after the window.
    #[arg(long, value_name = "INSTANT")]
    pub(crate) to: Timestamp,
    /// Zone in which floating times and whole days are read, whatever X-WR-TIMEZONE says.
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = Zone::iana)]
    pub(crate) zone: Zone,
    /// Print one JSON object a line instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
