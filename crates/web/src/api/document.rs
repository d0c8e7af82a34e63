//! The OpenAPI 3.1 document, made from the operations themselves.

use super::operation::{Gives, Operation, Takes};
use super::shape::{Member, Shape};
use super::shaped::Shaped;
use crate::serve::{Route, get};
use axum::http::header::CONTENT_TYPE;
use identity::Permission;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Where the document is.
const PATH: &str = "/api/v1/openapi.json";

/// What may go wrong, with the codes of the answer.
const FAULTS: [(&str, &str); 11] = [
    ("400", "The request cannot be understood"),
    ("401", "An API token or a session is needed, or the token is not known"),
    ("403", "This person may not"),
    ("404", "Nothing is here, or nothing that this person may know of"),
    ("405", "The address takes other methods; the header `Allow` lists them"),
    ("409", "The state of the zone does not allow it; `code` names the refusal"),
    ("413", "The body is above the limit that the message names; send less, or split it"),
    ("415", "The body is of another media type; send the one that the message names"),
    ("422", "Fields are wrong; `fields` names each of them"),
    ("500", "A failure of the machine; the log has the details under the request id"),
    ("503", "Not now; repeat a change with the same idempotency key"),
];

/// The route of the document.
pub(super) fn route() -> Route {
    get(PATH, Permission::Public, || async {
        static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
        ([(CONTENT_TYPE, "application/json")], TEXT.as_str())
    })
}

/// Returns the document.
pub(crate) fn document() -> Value {
    let operations = super::operations();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut schemas: BTreeMap<&'static str, Value> = BTreeMap::new();
    for one in &operations {
        let method = one.route.method.as_str().to_lowercase();
        paths.entry(one.route.path).or_default().insert(method, described(one));
        if let Takes::Json(shape) = &one.takes {
            shape.names(&mut schemas);
        }
        if let Gives::Json(shape) = &one.gives {
            shape.names(&mut schemas);
        }
        one.query.members().iter().for_each(|member| member.shape.names(&mut schemas));
    }
    paths.entry(PATH).or_default().insert("get".to_owned(), itself());
    schemas.insert("Fault", fault_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Hutong",
            "version": "1",
            "summary": "One support round as data: rules, calls, applications, awards, payments.",
            "description": "Money is counted in whole minor units. Times are RFC 3339 in UTC. \
                            A change needs an API token; reading what is not public takes a token \
                            or a session. Any other method than those described answers 405 as \
                            in `#/components/responses/Fault405`. `docs/api.md` of the project shows a whole round.",
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": faults(),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": "hutong_session" },
            },
        },
    })
}

fn described(one: &Operation) -> Value {
    let mut described = json!({
        "operationId": name_of(one),
        "summary": one.summary,
        "tags": [tag_of(one.route.path)],
        "parameters": parameters(one),
        "responses": responses(one),
        "security": security(one),
        "x-hutong-permission": format!("{:?}", one.route.permission),
    });
    let body = match &one.takes {
        Takes::Nothing => return described,
        Takes::Json(shape) => json!({ "application/json": { "schema": shape.schema() } }),
        Takes::Bytes => json!({ "application/octet-stream": {
            "schema": { "type": "string", "format": "binary", "minLength": 1 },
        } }),
    };
    described["requestBody"] = json!({ "required": true, "content": body });
    described
}

/// Names an operation by method and path: `post_applications_id_submit`.
fn name_of(one: &Operation) -> String {
    let path = one.route.path.trim_start_matches("/api/v1/");
    let path: String = path.chars().filter(|c| !matches!(c, '{' | '}')).map(word_part).collect();
    format!("{}_{path}", one.route.method.as_str().to_lowercase())
}

fn word_part(c: char) -> char {
    if c.is_ascii_alphanumeric() { c } else { '_' }
}

fn tag_of(path: &str) -> &str {
    path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default()
}

fn security(one: &Operation) -> Value {
    if one.changes {
        return json!([{ "token": [] }]);
    }
    match one.route.permission {
        Permission::Public => json!([]),
        _ => json!([{ "token": [] }, { "session": [] }]),
    }
}

fn parameters(one: &Operation) -> Vec<Value> {
    let parts = one.route.path.split('/').filter_map(|part| part.strip_prefix('{'));
    let parts = parts.filter_map(|part| part.strip_suffix('}'));
    let mut all: Vec<Value> = parts.map(part).collect();
    all.extend(one.query.members().iter().map(parameter));
    if one.changes {
        all.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Makes repeating harmless: the same key gets the same answer, with the \
                            header `Idempotency-Replayed: true`, and nothing is done again.",
            "schema": { "type": "string", "pattern": "^[!-~]{1,64}$" },
        }));
    }
    all
}

fn part(name: &str) -> Value {
    let schema = if name == "id" {
        base::Id::shape().schema()
    } else {
        json!({ "type": "string", "pattern": "^[A-Za-z0-9._-]{1,60}$" })
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

fn parameter(member: &Member) -> Value {
    json!({
        "name": member.name, "in": "query", "required": !member.is_optional,
        "description": member.says.trim(), "schema": member.shape.bare().schema(),
    })
}

fn responses(one: &Operation) -> Value {
    let mut all = Map::new();
    let content = match &one.gives {
        Gives::Json(shape) => json!({ "application/json": { "schema": shape.schema() } }),
        Gives::File(media) => json!({ *media: { "schema": { "type": "string" } } }),
    };
    all.insert("200".to_owned(), json!({ "description": "The answer", "content": content }));
    if one.changes {
        let made = json!({ "description": "Something was made", "content": content });
        all.insert("201".to_owned(), made);
    }
    for (status, _) in FAULTS.into_iter().filter(|(status, _)| may_answer(one, status)) {
        let reference = json!({ "$ref": format!("#/components/responses/{}", fault_name(status)) });
        all.insert(status.to_owned(), reference);
    }
    Value::Object(all)
}

/// A method that is described is taken, and what has no body has none that is too large.
fn may_answer(one: &Operation, status: &str) -> bool {
    match status {
        "405" => false,
        "413" => !matches!(one.takes, Takes::Nothing),
        "415" => matches!(one.takes, Takes::Json(_)),
        _ => true,
    }
}

fn fault_name(status: &str) -> String {
    format!("Fault{status}")
}

fn faults() -> Value {
    let described = |(status, says): (&str, &str)| {
        let content = json!({ "schema": { "$ref": "#/components/schemas/Fault" } });
        let mut fault = json!({ "description": says, "content": { "application/json": content } });
        if status == "405" {
            let methods = json!({ "description": "The methods", "schema": { "type": "string" } });
            fault["headers"] = json!({ "Allow": methods });
        }
        (fault_name(status), fault)
    };
    Value::Object(FAULTS.into_iter().map(described).collect())
}

fn fault_schema() -> Value {
    let text = || json!({ "type": "string" });
    let field = json!({
        "type": "object", "required": ["field", "message"],
        "properties": { "field": text(), "message": text() },
    });
    let error = json!({
        "type": "object", "required": ["code", "message", "fields", "request_id"],
        "properties": {
            "code": { "type": "string", "description": "Stable word for programs." },
            "message": { "type": "string", "description": "What is wrong and what to do." },
            "fields": { "type": "array", "items": field },
            "request_id": { "type": "string", "description": "Names the request in the log." },
        },
    });
    json!({ "type": "object", "required": ["error"], "properties": { "error": error } })
}

fn itself() -> Value {
    let content = json!({ "application/json": { "schema": Shape::Free.schema() } });
    json!({
        "operationId": "get_openapi_json",
        "summary": "This document",
        "tags": ["openapi"],
        "parameters": [],
        "responses": { "200": { "description": "The answer", "content": content } },
        "security": [],
        "x-hutong-permission": "Public",
    })
}
