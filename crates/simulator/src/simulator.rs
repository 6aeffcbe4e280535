//! Starting and stopping a simulator.

use std::{io, net::SocketAddr, path::PathBuf};

use kalends_core::ambient::Ambient;
use kalends_egress::SetupError;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::DropGuard;
use url::Url;

use crate::{
    control::Control,
    listener::{Cord, CuttableListener, TlsListener},
    oauth::OAuthClient,
    push,
    recording::Recording,
    routes::router,
    state::{Addresses, Sim},
    tls::{self, TlsConfig, TlsError},
    world::{self, WorldError},
};

/// How to start.
#[derive(Debug)]
pub struct SimulatorConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// A second listener that speaks TLS.
    pub tls: Option<TlsConfig>,
    /// The address that callers use, when it is neither of the listeners', for instance behind a proxy. Without it
    /// answers that name addresses name the one that they were asked at.
    pub public_url: Option<Url>,
    /// A folder in which every call of the calendar is kept with its answer, as a file with a JSON object a line.
    pub record: Option<PathBuf>,
    /// Who lives there.
    pub world: World,
    /// OAuth clients beside the demo's (`kalends-demo`), which is always registered.
    pub clients: Vec<OAuthClient>,
    /// The base of the simulator's clock, and its randomness.
    pub ambient: Ambient,
}

impl SimulatorConfig {
    /// An empty world on a free port of loopback.
    pub fn new(ambient: Ambient) -> Self {
        Self {
            listen: ([127, 0, 0, 1], 0).into(),
            tls: None,
            public_url: None,
            record: None,
            world: World::Empty,
            clients: Vec::new(),
            ambient,
        }
    }
}

/// The people and calendars at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum World {
    /// Three people with lively weeks around the present.
    Demo,
    /// Nobody; people appear when tokens are asked for them or when somebody signs in.
    Empty,
    /// A world file as `GET /_sim/world` writes it.
    File(PathBuf),
}

/// Why a simulator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address of the configuration.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The folder for the record of all calls cannot be written to.
    #[error("cannot record calls in {}", path.display())]
    Record {
        /// The folder of the configuration.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no certificate for the TLS listener.
    #[error("TLS cannot be served")]
    Tls(#[from] TlsError),
    /// The world file cannot be read.
    #[error("cannot read the world file {}", path.display())]
    ReadWorld {
        /// The file of the configuration.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The world file makes no sense.
    #[error("the world file {} cannot be used", path.display())]
    World {
        /// The file of the configuration.
        path: PathBuf,
        /// What is wrong in it.
        source: WorldError,
    },
    /// The HTTP client for push notifications cannot be set up.
    #[error("push notifications cannot be sent")]
    Push(#[source] SetupError),
    /// The demo's world could not be made, for instance because the clock stands at the end of time.
    #[error("the demo world cannot be made")]
    Demo(#[source] WorldError),
}

/// The stand-in for the providers.
#[derive(Debug)]
pub struct Simulator;

impl Simulator {
    /// Listens and serves until [`Running::shutdown`], or until the handle is dropped.
    pub async fn start(config: SimulatorConfig) -> Result<Running, SimulatorError> {
        let SimulatorConfig {
            listen,
            tls,
            public_url,
            record,
            world,
            mut clients,
            ambient,
        } = config;
        let now = ambient.now();
        let directory = match world {
            World::Empty => world::empty(),
            World::Demo => world::demo(now).map_err(SimulatorError::Demo)?,
            World::File(path) => {
                let text = tokio::fs::read(&path)
                    .await
                    .map_err(|source| SimulatorError::ReadWorld {
                        path: path.clone(),
                        source,
                    })?;
                world::load(&text, now).map_err(|source| SimulatorError::World { path, source })?
            }
        };
        if !clients
            .iter()
            .any(|client| client.client_id == OAuthClient::DEMO_ID)
        {
            clients.push(OAuthClient::demo());
        }
        let plain = bind(listen).await?;
        let encrypted = match tls {
            None => None,
            Some(tls) => Some((bind(tls.listen).await?, tls::identity(&tls.certificate).await?)),
        };
        let addresses = Addresses {
            plain: plain.address,
            encrypted: encrypted.as_ref().map(|(bound, _)| bound.address),
            public: public_url.map(|url| url.as_str().trim_end_matches('/').to_owned()),
            certificate: encrypted.as_ref().map(|(_, identity)| identity.pem.clone()),
        };
        let recording = record.map(|path| {
            Recording::in_folder(&path).map_err(|source| SimulatorError::Record { path, source })
        });
        let sim = Sim::new(
            addresses.clone(),
            ambient,
            clients,
            directory,
            recording.transpose()?,
        );
        let egress = push::egress(&sim).map_err(SimulatorError::Push)?;
        let stop = sim.stop().clone();
        let mut servers = JoinSet::new();
        let pushes = push::deliver(sim.clone(), egress, stop.clone());
        servers.spawn(async {
            pushes.await;
            Ok(())
        });
        let app = router(sim.clone());
        let service = app.clone().into_make_service_with_connect_info::<Cord>();
        let served = axum::serve(CuttableListener(plain.listener), service);
        servers.spawn(
            served
                .with_graceful_shutdown(stop.clone().cancelled_owned())
                .into_future(),
        );
        if let Some((bound, identity)) = encrypted {
            let service = app.into_make_service_with_connect_info::<Cord>();
            let served = axum::serve(TlsListener::new(bound.listener, identity.acceptor), service);
            servers.spawn(
                served
                    .with_graceful_shutdown(stop.clone().cancelled_owned())
                    .into_future(),
            );
        }
        Ok(Running {
            base_url: addresses.plain_url(),
            tls_base_url: addresses.encrypted_url(),
            addresses,
            control: Control::new(sim),
            stop: stop.drop_guard(),
            servers,
        })
    }
}

/// A listener and the port that it got.
struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

async fn bind(address: SocketAddr) -> Result<Bound, SimulatorError> {
    let failed = |source| SimulatorError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Bound { listener, address })
}

/// A serving simulator; it stops when it is dropped.
#[derive(Debug)]
pub struct Running {
    base_url: String,
    tls_base_url: Option<String>,
    addresses: Addresses,
    control: Control,
    stop: DropGuard,
    servers: JoinSet<io::Result<()>>,
}

impl Running {
    /// `http://HOST:PORT`, without a slash at the end: the base of all of Google's hosts.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The same over TLS, when there is such a listener.
    pub fn tls_base_url(&self) -> Option<&str> {
        self.tls_base_url.as_deref()
    }

    /// The certificate of the TLS listener as PEM, for callers that are to trust it.
    pub fn certificate(&self) -> Option<&str> {
        self.addresses.certificate.as_deref()
    }

    /// The address that it listens on without TLS.
    pub fn address(&self) -> SocketAddr {
        self.addresses.plain
    }

    /// What the control plane can do, for callers in the same process.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Stops taking connections and waits for the answers under way. Push notifications that wait are not sent.
    pub async fn shutdown(mut self) {
        drop(self.stop);
        while let Some(served) = self.servers.join_next().await {
            if !matches!(served, Ok(Ok(()))) {
                tracing::error!(?served, "a listener of the simulator did not end cleanly");
            }
        }
    }
}
