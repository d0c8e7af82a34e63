//! The document and the routes are one.

use crate::api::{declared, document};
use crate::route_list;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn the_document_has_every_route_with_its_permission_and_no_other() {
    let routes = route_list().into_iter().filter(|route| route.path.starts_with("/api/"));
    let routes: BTreeMap<(String, String), String> = routes
        .map(|route| {
            let key = (route.path.to_owned(), route.method.to_lowercase());
            (key, format!("{:?}", route.permission))
        })
        .collect();
    let document = document();
    let mut found = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, one) in methods.as_object().unwrap() {
            let permission = one["x-hutong-permission"].as_str().unwrap().to_owned();
            found.insert((path.clone(), method.clone()), permission);
        }
    }
    assert_eq!(found, routes);
    assert!(routes.len() > 45, "{}", routes.len());
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = document();
    let mut seen = 0;
    walk(&document, &mut |value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').expect("a place in the document");
            assert!(document.pointer(pointer).is_some(), "`{reference}` leads nowhere");
            seen += 1;
        }
    });
    assert!(seen > 100, "{seen}");
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_what_it_does() {
    let document = document();
    let mut names = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for one in methods.as_object().unwrap().values() {
            let name = one["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "`{name}` is there twice");
            assert!(one["summary"].as_str().unwrap().len() > 5, "{path}");
            let parts = path.matches('{').count();
            let given = one["parameters"].as_array().unwrap().iter();
            assert_eq!(given.filter(|one| one["in"] == "path").count(), parts, "{path}");
        }
    }
}

#[test]
fn every_member_of_a_named_schema_is_described() {
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if name == "Fault" {
            continue;
        }
        for (member, schema) in schema["properties"].as_object().unwrap() {
            let says = schema["description"].as_str().unwrap_or_default();
            assert!(says.len() > 2, "{name}.{member} is not described");
        }
    }
}

#[test]
fn one_name_stands_for_one_shape() {
    // Two types of one name would overwrite each other in the document.
    let mut shapes: BTreeMap<&str, String> = BTreeMap::new();
    for one in declared() {
        let mut names = BTreeMap::new();
        match one.takes {
            crate::api::Takes::Json(shape) => shape.names(&mut names),
            crate::api::Takes::Nothing | crate::api::Takes::Bytes => {}
        }
        if let crate::api::Gives::Json(shape) = one.gives {
            shape.names(&mut names);
        }
        for (name, schema) in names {
            let known = shapes.entry(name).or_insert_with(|| schema.to_string());
            assert_eq!(*known, schema.to_string(), "`{name}` names two shapes");
        }
    }
}

fn walk(value: &Value, see: &mut impl FnMut(&Value)) {
    see(value);
    match value {
        Value::Object(fields) => fields.values().for_each(|value| walk(value, see)),
        Value::Array(items) => items.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}
