//! What a page offers, its reader may open.

use crate::browser::Browser;
use crate::world::{World, on_both};
use std::collections::{BTreeMap, BTreeSet};

/// Most pages that one reader opens here.
const PAGES_MAX: usize = 150;

/// Opens every link from a page on; returns those that are refused, with the page they stand on.
fn refused(reader: &Browser, start: &str) -> Vec<String> {
    let mut open = vec![(start.to_owned(), String::new())];
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    while let Some((path, from)) = open.pop() {
        if seen.len() >= PAGES_MAX || !seen.insert(path.clone()) {
            continue;
        }
        let page = reader.get(&path);
        if page.status != 200 {
            wrong.push(format!("{path} on {from}: {}", page.status));
        }
        for link in page.links() {
            open.push((link, path.clone()));
        }
    }
    assert!(seen.len() > 10, "only {} pages were found", seen.len());
    wrong
}

fn all_is_reached(w: &World) {
    let readers: BTreeMap<&str, &Browser> = [
        ("applicant", &w.applicant),
        ("auditor", &w.auditor),
        ("both", &w.both),
        ("officer", &w.officers[0]),
        ("reviewer", &w.reviewer),
        ("visitor", &w.visitor),
    ]
    .into();
    for (name, reader) in readers {
        let wrong = refused(reader, "/");
        assert!(wrong.is_empty(), "{name} is offered what is refused:\n{}", wrong.join("\n"));
    }
}

#[test]
fn no_page_links_to_what_its_reader_may_not_open() {
    on_both(|w| {
        let award = w.awarded();
        let form = w.claim_form(&award).file("file", "a.pdf", b"%PDF-1.7 one");
        let claim = w.applicant.send(&form).location();
        w.submitted();
        w.reviewed(&w.submitted());
        all_is_reached(w);
        w.paid(&claim);
        all_is_reached(w);
    });
}
