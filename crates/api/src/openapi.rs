//! The OpenAPI document: what routes state about themselves, completed by what all have in common.

use serde_json::{Value, json};
use utoipa::{
    OpenApi,
    openapi::{
        Content, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, Type,
        path::{Operation, PathItem},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use crate::{
    layers::{IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED},
    problem::{Code, ProblemBody},
};

/// The document before its routes.
pub(crate) fn base() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// Adds to every operation the key it needs and the problems that any operation can have, and writes the document.
pub(crate) fn finish(mut document: utoipa::openapi::OpenApi) -> String {
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            complete(operation, needs_key(path));
        }
    }
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A key of the tenant, made by `kalends keys create`."))
        .build();
    let components = document.components.get_or_insert_default();
    components
        .security_schemes
        .insert("tenantKey".to_owned(), RefOr::T(SecurityScheme::Http(key)));
    document
        .extensions
        .get_or_insert_default()
        .insert("x-problem-codes".to_owned(), problem_codes());
    document.to_pretty_json().unwrap_or_default()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kalends",
        description = "Who is free when: people connect their calendars, applications ask for availability and slots.\n\n\
            Bodies are JSON with camelCase names; unknown fields are refused. Instants are RFC 3339, time zones IANA names. \
            Every request of an application carries `Authorization: Bearer` with a tenant's key and sees only that tenant; \
            the id of another tenant's thing is not found. Lists are paged: pass `nextCursor` as `cursor` until it is absent. \
            Errors are `application/problem+json` with a stable `code`. A `POST` that changes something can be repeated safely \
            with the header `Idempotency-Key`; `PUT`, `PATCH` and `DELETE` can be repeated as they are.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact(),
    ),
    tags(
        (name = "connect", description = "From a person's calendar to a connection."),
        (name = "connections", description = "Accounts and feeds that people have connected."),
        (name = "calendars", description = "The calendars of connections: which count, which one is written to."),
        (name = "users", description = "The people of the application, their settings, and time blocked by hand."),
        (name = "reading", description = "Who is free when. All answers come from the busy index."),
        (name = "events", description = "The application's own events, on people's calendars."),
        (name = "conflicts", description = "What people must look at, and what they do about it."),
        (name = "changes", description = "What has happened, in order and without gaps."),
        (name = "tenant", description = "What the application has decided for all of its users."),
        (name = "tasks", description = "Background work that was given up, and bringing it back."),
        (name = "push", description = "Where providers tell that something changed; no key needed."),
        (name = "operations", description = "Health and description of the server; no key needed."),
    ),
    components(schemas(ProblemBody<'_>)),
)]
struct Document;

/// Browsers, which have no key, come with a ticket or with the provider's answer, and providers with a channel's secret.
fn needs_key(path: &str) -> bool {
    path.starts_with("/v1/") && !path.starts_with("/v1/oauth/") && !path.starts_with("/v1/push/")
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
    ]
    .into_iter()
    .flatten()
}

fn complete(operation: &mut Operation, needs_key: bool) {
    if operation.request_body.is_some() {
        add(operation, Code::InvalidRequest);
        add(operation, Code::MalformedBody);
        add(operation, Code::UnsupportedMediaType);
        add(operation, Code::BodyTooLarge);
    } else if operation.parameters.as_ref().is_some_and(|list| !list.is_empty()) {
        add(operation, Code::InvalidRequest);
    }
    if operation
        .parameters
        .iter()
        .flatten()
        .any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == IDEMPOTENCY_KEY))
    {
        add(operation, Code::IdempotencyKeyInUse);
        add(operation, Code::IdempotencyKeyReused);
        name_replays(operation);
    }
    if needs_key {
        let none: [&str; 0] = [];
        operation.security = Some(vec![SecurityRequirement::new("tenantKey", none)]);
        add(operation, Code::Unauthorized);
        add(operation, Code::Internal);
        add(operation, Code::Unavailable);
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && (status.starts_with('4') || status.starts_with('5'))
            && response.content.is_empty()
        {
            let schema = Ref::from_schema_name("Problem");
            let content = RefOr::T(Content::new(Some(schema)));
            response
                .content
                .insert("application/problem+json".to_owned(), content);
        }
    }
}

/// Names a code under its status, after what the route itself says about that status.
fn add(operation: &mut Operation, code: Code) {
    let status = code.status().as_u16().to_string();
    let words = format!("`{}`: {}", code.name(), code.meaning().trim());
    let responses = &mut operation.responses.responses;
    let response = responses
        .entry(status)
        .or_insert_with(|| RefOr::T(Response::new("")));
    if let RefOr::T(response) = response
        && !response.description.contains(&format!("`{}`", code.name()))
    {
        let gap = if response.description.is_empty() { "" } else { " " };
        response.description = format!("{}{gap}{words}", response.description);
    }
}

/// Names the header by which a repeated answer is known.
fn name_replays(operation: &mut Operation) {
    let replayed = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::Boolean)))
        .description(Some(
            "`true` when the answer was given before, to the same request.",
        ))
        .build();
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with('2')
        {
            let name = IDEMPOTENCY_REPLAYED.to_owned();
            response.headers.insert(name, RefOr::T(replayed.clone()));
        }
    }
}

fn problem_codes() -> Value {
    Code::ALL
        .iter()
        .map(|code| {
            json!({
                "code": code.name(),
                "status": code.status().as_u16(),
                "title": code.title(),
                "meaning": code.meaning().trim(),
            })
        })
        .collect()
}
