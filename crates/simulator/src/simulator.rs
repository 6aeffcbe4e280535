//! Starting and stopping a simulator.

use std::{io, net::SocketAddr, path::PathBuf};

use kalends_core::ambient::Ambient;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    control::Control,
    listener::{Cord, CuttableListener},
    oauth::OAuthClient,
    routes::router,
    state::Sim,
    world::{self, WorldError},
};

/// How to start.
#[derive(Debug)]
pub struct SimulatorConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Who lives there.
    pub world: World,
    /// OAuth clients beside the demo's (`kalends-demo`), which is always registered.
    pub clients: Vec<OAuthClient>,
    /// The base of the simulator's clock, and its randomness.
    pub ambient: Ambient,
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
            world,
            mut clients,
            ambient,
        } = config;
        let listening = |source| SimulatorError::Listen {
            address: listen,
            source,
        };
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
        let listener = TcpListener::bind(listen).await.map_err(listening)?;
        let address = listener.local_addr().map_err(listening)?;
        let base_url = format!("http://{address}");
        let sim = Sim::new(base_url.clone(), ambient, clients, directory);
        let stop = CancellationToken::new();
        let service = router(sim.clone()).into_make_service_with_connect_info::<Cord>();
        let served = axum::serve(CuttableListener(listener), service)
            .with_graceful_shutdown(stop.clone().cancelled_owned());
        let task = tokio::spawn(async move {
            if let Err(error) = served.await {
                tracing::error!(%error, "the simulator stopped serving");
            }
        });
        Ok(Running {
            base_url,
            address,
            control: Control::new(sim),
            stop,
            task: Some(task),
        })
    }
}

/// A serving simulator.
#[derive(Debug)]
pub struct Running {
    base_url: String,
    address: SocketAddr,
    control: Control,
    stop: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Running {
    /// `http://HOST:PORT`, without a slash at the end: the base of all of Google's hosts.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the control plane can do, for callers in the same process.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Stops taking connections and waits for the answers under way.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        if let Some(task) = self.task.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the simulator's server did not end cleanly");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}
