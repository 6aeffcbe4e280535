//! The HTTP API. It reads requests, asks the engine, writes answers, and decides nothing: what Kalends does lives in
//! `engine`, what is true lives in `core`.
//!
//! A route is one file, `routes/<resource>/<verb>.rs`, in reading order: request, OpenAPI, handler, conversion. Wire
//! structs live beside the route that owns them; domain types never appear on the wire. To add a route: write the file,
//! name it in its resource's `router()`, run the snapshot test of the OpenAPI document and look at the difference.

mod auth;
mod config;
mod cookie;
mod extract;
mod fields;
pub mod given;
mod layers;
mod openapi;
mod page;
mod problem;
mod routes;
mod state;
mod words;

use std::{io, net::SocketAddr};

use axum::Extension;
use kalends_engine::Engine;
use tokio::net::TcpListener;

pub use config::{ApiConfig, ConfigError, Rate, SourceLimits};
pub use kalends_ui::DemoPage;

use crate::state::AppState;

/// The HTTP API.
#[derive(Debug)]
pub struct Api;

impl Api {
    /// All routes of the process's role with their layers, ready to be served.
    pub fn router(config: ApiConfig, engine: Engine) -> axum::Router {
        let routes = if config.process().role.serves_api() {
            routes::all().split_for_parts().0.fallback(routes::unknown)
        } else {
            routes::of_worker()
                .split_for_parts()
                .0
                .fallback(routes::elsewhere)
        };
        let routes = routes.method_not_allowed_fallback(routes::wrong_method);
        let state = AppState::new(engine, config, Self::openapi().into());
        let ambient = state.engine().ambient();
        // Layers of single routes are made before there is a state; they find it in the request.
        let routes = routes.with_state(state.clone()).layer(Extension(state.clone()));
        layers::around(routes, state.config(), ambient)
    }

    /// Serves the API on the listener until `stop` is ready, then answers what is under way and ends.
    pub async fn serve(
        listener: TcpListener,
        config: ApiConfig,
        engine: Engine,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let router = Self::router(config, engine);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(stop).await
    }

    /// The OpenAPI 3.1 document of all routes, as JSON.
    pub fn openapi() -> String {
        let (_, document) = routes::all().split_for_parts();
        openapi::finish(document)
    }
}
