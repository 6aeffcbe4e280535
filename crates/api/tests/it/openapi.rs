//! The OpenAPI document is a promise: a change of it must be meant.

use std::collections::HashSet;

use kalends_api::Api;
use serde_json::Value;

#[test]
fn the_document_is_the_one_that_was_agreed() {
    insta::assert_snapshot!(Api::openapi());
}

#[test]
fn every_operation_says_what_it_is() {
    let document = document();
    let mut ids = HashSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(
            ids.insert(id.to_owned()),
            "{name}: the operation id {id} is taken"
        );
        assert!(operation["summary"].is_string(), "{name} has no summary");
        assert_eq!(
            operation["tags"].as_array().map(Vec::len),
            Some(1),
            "{name} has one tag"
        );
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status < &"400".to_owned()),
            "{name} never succeeds"
        );
        for (status, response) in responses {
            let described = response["description"]
                .as_str()
                .is_some_and(|text| !text.is_empty());
            assert!(described, "{name} {status} is not described");
        }
    }
}

#[test]
fn every_body_has_an_example() {
    let document = document();
    for (name, operation) in operations(&document) {
        let request = operation["requestBody"]["content"].get("application/json");
        let responses = operation["responses"].as_object().unwrap().values();
        let answers = responses.filter_map(|response| response["content"].get("application/json"));
        for media in request
            .into_iter()
            .chain(answers)
            .filter(|_| name != "get /openapi.json")
        {
            assert!(has_example(&document, media), "{name}: no example for {media}");
        }
    }
}

#[test]
fn every_problem_code_is_explained() {
    let document = document();
    let codes: HashSet<_> = document["components"]["schemas"]["Code"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    let explained = document["x-problem-codes"].as_array().unwrap();
    assert_eq!(codes, explained.iter().map(|row| &row["code"]).collect());
    assert!(
        explained
            .iter()
            .all(|row| row["meaning"].as_str().is_some_and(|text| text.ends_with('.')))
    );
}

fn document() -> Value {
    serde_json::from_str(&Api::openapi()).unwrap()
}

/// Every operation with its name, such as `get /livez`.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let of_path = |(path, item): (&String, &'_ Value)| {
        let operations = item.as_object().unwrap().iter();
        operations
            .map(|(method, _)| (format!("{method} {path}"), path.clone(), method.clone()))
            .collect::<Vec<_>>()
    };
    let names = document["paths"].as_object().unwrap().iter().flat_map(of_path);
    names
        .map(|(name, path, method)| (name, &document["paths"][&path][&method]))
        .collect()
}

/// Whether a media type has an example, itself, in its schema, or in the items of its page.
fn has_example(document: &Value, media: &Value) -> bool {
    media.get("example").is_some()
        || media.get("examples").is_some()
        || schema_has_example(document, &media["schema"])
}

fn schema_has_example(document: &Value, schema: &Value) -> bool {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => schema,
    };
    let variants = schema["oneOf"].as_array();
    let items = &schema["properties"]["items"]["items"];
    schema.get("examples").is_some()
        || variants.is_some_and(|all| all.iter().all(|one| schema_has_example(document, one)))
        || (items.is_object() && schema_has_example(document, items))
}
