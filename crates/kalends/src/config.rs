//! Configuration: one commented file of defaults, overlaid by a file, the environment and flags.
//!
//! `default.toml` is both the defaults and the documentation. To add a setting: a commented line there, a field in
//! its section's file, and a check in that section's `check` when not every value is right.

mod database;
mod egress;
mod google;
mod limits;
mod log;
mod push;
mod server;
mod sync;

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use config::{Environment, File, FileFormat};
use kalends_engine::replicas::Role;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

pub(crate) use self::{
    database::Database,
    egress::Egress,
    google::Google,
    limits::Limits,
    log::{Log, LogFormat},
    push::Push,
    server::{Server, http},
    sync::{Sync, Tasks},
};

/// The commented defaults, as `kalends config defaults` prints them.
pub(crate) const DEFAULTS: &str = include_str!("config/default.toml");

/// The file that is read when none is named and it exists.
const USUAL_FILE: &str = "kalends.toml";

/// Everything that can be set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The key ring's text.
    pub(crate) keys: SecretString,
    /// The Redis in which replicas count together; empty without.
    pub(crate) redis_url: SecretString,
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) google: Google,
    pub(crate) egress: Egress,
    pub(crate) limits: Limits,
    pub(crate) push: Push,
    pub(crate) sync: Sync,
    pub(crate) tasks: Tasks,
    pub(crate) log: Log,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The named file is not there; a wrong name must not silently mean defaults.
    #[error("configuration: the file {} cannot be read: {why}", file.display())]
    File { file: PathBuf, why: std::io::Error },
    /// Wrong syntax, an unknown setting or a value of the wrong type.
    #[error("configuration: {0}")]
    Shape(#[from] config::ConfigError),
    /// Values that cannot work, one line each.
    #[error("configuration: {}", .0.join("\nconfiguration: "))]
    Values(Vec<String>),
}

/// Where settings come from besides the defaults.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The file named by the command line or `KALENDS_CONFIG`.
    pub(crate) file: Option<PathBuf>,
    /// The process's environment.
    pub(crate) environment: HashMap<String, String>,
    /// Settings by flag, as `("server.listen", "...")`.
    pub(crate) flags: Vec<(&'static str, String)>,
}

impl Config {
    /// Reads all sources and checks every value.
    pub(crate) fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let config = Self::read(sources)?;
        let mistakes = config.mistakes();
        if mistakes.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Values(mistakes))
        }
    }

    /// With the address that the listener really has, when port 0 was asked for.
    pub(crate) fn listening_on(mut self, listen: SocketAddr) -> Self {
        self.server.listen = listen;
        self
    }

    fn read(sources: &Sources) -> Result<Self, ConfigError> {
        let mut builder = config::Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(file) = file_to_read(sources)? {
            builder = builder.add_source(File::from(file).format(FileFormat::Toml));
        }
        builder = builder.add_source(environment(&sources.environment));
        for (setting, value) in &sources.flags {
            builder = builder.set_override(setting, value.as_str())?;
        }
        Ok(builder.build()?.try_deserialize()?)
    }

    fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let redis_url = self.redis_url.expose_secret();
        if !(redis_url.is_empty() || redis_url.starts_with("redis://") || redis_url.starts_with("rediss://"))
        {
            mistakes.push("redis_url: starts with \"redis://\" or \"rediss://\"".to_owned());
        }
        self.server.check(&mut mistakes);
        self.database.check(&mut mistakes);
        self.google.check(&mut mistakes);
        self.egress.check(&mut mistakes);
        self.limits.check(&mut mistakes);
        self.push.check(&mut mistakes);
        self.sync.check(&mut mistakes);
        self.tasks.check(&mut mistakes);
        self.log.check(&mut mistakes);
        if self.database.is_sqlite() && self.server.role() != Role::All {
            mistakes.push(
                "server.role: a SQLite file is served by one process, which does everything: take \"all\", or PostgreSQL"
                    .to_owned(),
            );
        }
        mistakes
    }
}

fn file_to_read(sources: &Sources) -> Result<Option<PathBuf>, ConfigError> {
    let named = sources
        .file
        .clone()
        .or_else(|| sources.environment.get("KALENDS_CONFIG").map(PathBuf::from));
    match named {
        Some(file) => match std::fs::metadata(&file) {
            Ok(_) => Ok(Some(file)),
            Err(why) => Err(ConfigError::File { file, why }),
        },
        None => Ok(Some(PathBuf::from(USUAL_FILE)).filter(|file| Path::exists(file))),
    }
}

/// The settings that stand outside all sections.
const UNSECTIONED: [&str; 2] = ["KALENDS_KEYS", "KALENDS_REDIS_URL"];

/// Settings from the environment: the unsectioned ones and every `KALENDS_SECTION__KEY`.
fn environment(all: &HashMap<String, String>) -> Environment {
    let is_setting =
        |name: &str| UNSECTIONED.contains(&name) || (name.starts_with("KALENDS_") && name.contains("__"));
    let settings = all
        .iter()
        .filter(|(name, _)| is_setting(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Environment::with_prefix("KALENDS")
        .prefix_separator("_")
        .separator("__")
        .try_parsing(true)
        .list_separator(",")
        .with_list_parse_key("server.return_to_origins")
        .with_list_parse_key("server.trusted_proxies")
        .with_list_parse_key("google.calendar_read_scopes")
        .with_list_parse_key("google.calendar_write_scopes")
        .with_list_parse_key("egress.allow")
        .with_list_parse_key("limits.google_calendar.per_account")
        .with_list_parse_key("limits.google_calendar.per_client")
        .with_list_parse_key("limits.feeds.per_account")
        .with_list_parse_key("limits.feeds.per_client")
        .source(Some(settings))
}

#[cfg(test)]
mod tests {
    use kalends_egress::ServicePolicy;
    use kalends_providers::{google, ics};

    use super::*;

    fn with(environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let environment = environment
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Config::load(&Sources {
            environment,
            ..Sources::default()
        })
    }

    #[track_caller]
    fn refused(environment: &[(&str, &str)], message: &str) {
        assert_eq!(with(environment).unwrap_err().to_string(), message);
    }

    #[test]
    fn the_defaults_are_right() {
        let config = with(&[]).unwrap();
        assert_eq!(config.server.public_url().as_str(), "http://127.0.0.1:8080/");
        assert_eq!(config.sync.window_ahead_days, 90);
    }

    #[test]
    fn the_default_limits_are_those_of_the_adapters() {
        let limits = with(&[]).unwrap().limits;
        let timeout = ServicePolicy::default().attempt_timeout;
        assert_eq!(limits.google_calendar.policy(timeout), google::calendar_policy());
        assert_eq!(limits.feeds.policy(timeout), ics::policy());
    }

    #[test]
    fn the_environment_names_section_and_key() {
        let config = with(&[
            ("KALENDS_SERVER__LISTEN", "127.0.0.1:9999"),
            ("KALENDS_EGRESS__ALLOW", "127.0.0.1:1,localhost:2"),
            ("KALENDS_TASKS__CONCURRENCY", "3"),
            ("KALENDS_VECTORS", "not a setting"),
        ])
        .unwrap();
        assert_eq!(config.server.public_url().as_str(), "http://127.0.0.1:9999/");
        assert_eq!(config.egress.allow, ["127.0.0.1:1", "localhost:2"]);
        assert_eq!(config.tasks.concurrency, 3);
    }

    #[test]
    fn each_mistake_has_one_clear_message() {
        refused(
            &[("KALENDS_SERVER__PUBLIC_URL", "http://kalends.example.com")],
            "configuration: server.public_url: \"http://kalends.example.com/\" must be https: only this machine may be reached by http",
        );
        refused(
            &[("KALENDS_SERVER__PUBLIC_URL", "https://example.com/calendars")],
            "configuration: server.public_url: \"https://example.com/calendars\" must be a scheme and a host, such as \"https://calendars.example.com\", without a path: give Kalends a host name of its own",
        );
        refused(
            &[("KALENDS_DATABASE__URL", "mysql://localhost/x")],
            "configuration: database.url: starts with \"sqlite:\" or \"postgres://\"",
        );
        refused(
            &[("KALENDS_REDIS_URL", "localhost:6379")],
            "configuration: redis_url: starts with \"redis://\" or \"rediss://\"",
        );
        refused(
            &[(
                "KALENDS_LIMITS__GOOGLE_CALENDAR__PER_CLIENT",
                "400 per 100 s,many per day",
            )],
            "configuration: limits.google_calendar.per_client: `many per day` is no limit; write for example `10 per 10 s`, `600 per min` or `50000 per day`",
        );
        refused(
            &[
                ("KALENDS_SERVER__ROLE", "workers"),
                ("KALENDS_SERVER__DRAIN_SECONDS", "0"),
                ("KALENDS_TASKS__ZONE", "Zurich"),
            ],
            "configuration: server.role: all, api or worker, not \"workers\"\n\
             configuration: server.drain_seconds: 1 to 3600, not 0\n\
             configuration: tasks.zone: \"Zurich\" is not the name of a time zone such as Europe/Zurich",
        );
        refused(
            &[("KALENDS_SERVER__ROLE", "api")],
            "configuration: server.role: a SQLite file is served by one process, which does everything: take \"all\", or PostgreSQL",
        );
        refused(
            &[("KALENDS_GOOGLE__CLIENT_ID", "abc")],
            "configuration: google.client_secret: is missing beside google.client_id",
        );
        refused(
            &[
                ("KALENDS_EGRESS__ALLOW", "localhost"),
                ("KALENDS_TASKS__CONCURRENCY", "0"),
            ],
            "configuration: egress.allow: \"localhost\" is not of the form host:port\n\
             configuration: tasks.concurrency: 1 to 256, not 0",
        );
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let message = with(&[("KALENDS_SERVER__LISTNE", "x")]).unwrap_err().to_string();
        assert!(message.contains("listne"), "{message}");
    }

    #[test]
    fn a_named_file_must_exist() {
        let sources = Sources {
            file: Some("no-such-file.toml".into()),
            ..Sources::default()
        };
        let message = Config::load(&sources).unwrap_err().to_string();
        assert!(
            message.starts_with("configuration: the file no-such-file.toml cannot be read"),
            "{message}"
        );
    }
}
