//! Who may do what: the whole table, walked.

use super::client::on_both;
use crate::api::declared;
use crate::route_list;
use identity::Permission;
use serde_json::json;

/// An address of a route with an id that names nothing.
fn address(template: &str) -> String {
    let id = "01hv3k8q2r5t7w9x0y1z2a3b4c";
    template.replace("{id}", id).replace("{code}", "contract")
}

#[test]
fn every_route_that_is_not_public_is_refused_to_visitors() {
    on_both(|client| {
        let mut walked = 0;
        for route in route_list().iter().filter(|route| route.path.starts_with("/api/")) {
            if route.permission == Permission::Public {
                continue;
            }
            walked += 1;
            let method = if route.method == "GET" { "GET" } else { "POST" };
            let sent = client.send(method, &address(route.path));
            sent.json(json!({})).refused(401, "sign_in");
        }
        assert!(walked > 25, "only {walked} routes were walked");
    });
}

#[test]
fn a_person_without_a_role_is_refused_whatever_asks_for_one() {
    on_both(|client| {
        for one in declared() {
            let permission = one.route.permission;
            if matches!(permission, Permission::Public | Permission::SignedIn) {
                continue;
            }
            let method = if one.route.method == "GET" { "GET" } else { "POST" };
            let sent = client.send(method, &address(one.route.path)).token("stranger");
            sent.json(json!({})).refused(403, "forbidden");
        }
    });
}

#[test]
fn a_session_reads_but_changes_nothing() {
    on_both(|client| {
        let cookie = format!("hutong_session={}", client.session);
        client.get("/api/v1/claims").header("cookie", &cookie).ok();
        for one in declared().iter().filter(|one| one.changes) {
            let sent = client.post(&address(one.route.path)).header("cookie", &cookie);
            let answer = sent.json(json!({})).answer();
            let code = answer.code();
            // The officer of this session lacks some permissions; nothing gets past the token.
            assert!(
                code == "token_needed" || code == "forbidden",
                "{}: {answer:?}",
                one.route.path
            );
            assert!(matches!(answer.status.as_u16(), 401 | 403));
        }
        let sent = client.post("/api/v1/calls").header("cookie", &cookie).json(json!({}));
        sent.refused(401, "token_needed");
    });
}

#[test]
fn an_unknown_or_broken_token_is_refused_even_for_what_is_public() {
    on_both(|client| {
        let unknown = client.get("/api/v1/zone").header("authorization", "Bearer nobody");
        unknown.refused(401, "sign_in");
        client.get("/api/v1/claims").header("authorization", "Basic b25l").refused(401, "sign_in");
    });
}

#[test]
fn only_administrators_grant_roles_and_an_officer_cannot_make_itself_one() {
    on_both(|client| {
        let at = format!("/api/v1/people/{}/roles", client.people["one"]);
        let role = json!({ "role": "Admin" });
        client.post(&at).token("one").json(role.clone()).refused(403, "forbidden");
        client.post(&at).token("admin").json(role).ok();
        let back = json!({ "role": "Officer", "is_granted": false });
        client.post(&at).token("admin").json(back).ok();
        client.get("/api/v1/claims").token("one").refused(403, "forbidden");
        let last = json!({ "role": "Admin", "is_granted": false });
        client.post(&at).token("admin").json(last.clone()).ok();
        let own = format!("/api/v1/people/{}/roles", client.people["admin"]);
        client.post(&own).token("admin").json(last).refused(409, "last_admin");
    });
}
