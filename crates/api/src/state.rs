//! What handlers share.

use std::sync::Arc;

use axum::body::Bytes;
use kalends_engine::Engine;

use crate::config::ApiConfig;

/// The engine and the settings; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct AppState {
    engine: Engine,
    fixed: Arc<Fixed>,
}

#[derive(Debug)]
struct Fixed {
    config: ApiConfig,
    openapi: Bytes,
}

impl AppState {
    /// Joins what handlers need.
    pub(crate) fn new(engine: Engine, config: ApiConfig, openapi: Bytes) -> Self {
        let fixed = Arc::new(Fixed { config, openapi });
        Self { engine, fixed }
    }

    /// What Kalends does.
    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The settings.
    pub(crate) fn config(&self) -> &ApiConfig {
        &self.fixed.config
    }

    /// The OpenAPI document as it is sent.
    pub(crate) fn openapi(&self) -> Bytes {
        self.fixed.openapi.clone()
    }
}
