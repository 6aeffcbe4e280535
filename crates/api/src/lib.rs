//! The HTTP API: routes, authentication, problem+json, OpenAPI.
