//! The card of a repository, read where its main branch moves.
//!
//! Lists, search, lineage and gates use what the database keeps of it; it is rebuilt from the file
//! whenever that may have changed, in the transaction that shows the change.

use super::Error;
use ::hub::{CardFacts, Edge, FieldKind, MAIN, Repo, RepoKind};
use card::{Derivation, GateFieldKind, Kind, Relation};
use db::Tx;
use git::Oid;
use identity::{Actor, audit};

/// The file whose head carries the metadata.
pub const README: &str = "README.md";
/// Largest card that is read. ASSUMPTION: longer ones hold data, not words about it.
const README_BYTES_MAX: u64 = 5 * 1024 * 1024;
/// Longest summary, in characters: two lines of a list.
const SUMMARY_CHARS_MAX: usize = 300;

/// Returns the kind by whose rules the card of a repository is read.
#[must_use]
pub fn card_kind(kind: RepoKind) -> Kind {
    match kind {
        RepoKind::Model => Kind::Model,
        RepoKind::Dataset => Kind::Dataset,
        RepoKind::Space => Kind::Space,
    }
}

/// What the main branch of a repository says of it from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    facts: Option<(CardFacts, Vec<Edge>)>,
}

impl Card {
    /// Reads the card of the tree that a ref is to show. Blocks.
    ///
    /// `None` for every ref but the main branch: the others say nothing of the repository.
    ///
    /// # Errors
    /// When the objects cannot be read.
    pub fn read(
        git: &git::Repo,
        repo: &Repo,
        (name, tree): (&str, Oid),
    ) -> Result<Option<Self>, Error> {
        if name != MAIN {
            return Ok(None);
        }
        let text = super::text_read(git, (tree, README), README_BYTES_MAX)?;
        Ok(Some(Self::of(repo.kind, &text)))
    }

    pub(super) fn of(kind: RepoKind, text: &str) -> Self {
        let kind = card_kind(kind);
        let parts = card::split(text);
        let Ok(metadata) = card::metadata_parse(parts.metadata_yaml.unwrap_or_default()) else {
            return Self { facts: None };
        };
        let found = card::facts(&metadata, kind);
        let json =
            if metadata.is_empty() { String::new() } else { base::canonical_json(&metadata) };
        let facts = CardFacts {
            card: json,
            summary: card::excerpt(parts.body, SUMMARY_CHARS_MAX),
            license: found.licenses.first().cloned().unwrap_or_default(),
            pipeline_tag: found.pipeline_tag.clone().unwrap_or_default(),
            library: found.library_name.clone().unwrap_or_default(),
            tags: found.tags_shown,
        };
        let edges = card::lineage(&metadata).into_iter().map(edge).collect();
        Self { facts: Some((facts, edges)) }
    }

    /// Keeps what the card says, in the transaction that moves the main branch.
    ///
    /// A card whose metadata cannot be read refuses nothing: what was known before stays, and the
    /// audit trail notes it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep(&self, tx: &mut Tx<'_>, repo: &Repo, actor: Actor) -> Result<(), ::hub::Error> {
        // Read again: the repository of the request may be older than this transaction.
        let Some(known) = ::hub::repo_by_id(tx, repo.id)? else { return Ok(()) };
        match &self.facts {
            Some((facts, edges)) => {
                ::hub::card_set(tx, &known, facts)?;
                ::hub::lineage_set(tx, &known, edges)?;
            }
            None => {
                let tags = ::hub::tags_of(tx, &[known.id])?.remove(&known.id).unwrap_or_default();
                let former = CardFacts {
                    card: known.card.clone(),
                    summary: known.summary.clone(),
                    license: known.license.clone(),
                    pipeline_tag: known.pipeline_tag.clone(),
                    library: known.library.clone(),
                    tags,
                };
                ::hub::card_set(tx, &known, &former)?;
                audit(tx, actor, "repo.card-unreadable", &repo.id.0, &repo.path())?;
            }
        }
        Ok(())
    }
}

fn edge(found: card::Edge) -> Edge {
    let (relation, target_kind) = match found.relation {
        Relation::BaseModel(derivation) => (word(derivation), RepoKind::Model),
        Relation::Dataset => ("trained-on", RepoKind::Dataset),
    };
    Edge { relation: relation.to_owned(), target_kind, target: found.target }
}

fn word(derivation: Derivation) -> &'static str {
    derivation.as_str()
}

/// Returns what the gate of a repository asks, as its card says it; a place by the visitor's
/// address is not asked, for it is not looked up here.
#[must_use]
pub fn gate_form(repo: &Repo) -> Vec<(String, FieldKind)> {
    let metadata: card::Metadata = serde_json::from_str(&repo.card).unwrap_or_default();
    let gate = card::facts(&metadata, card_kind(repo.kind)).gate;
    let asked = gate.fields.into_iter().filter_map(|field| {
        let kind = match field.kind {
            GateFieldKind::Text => FieldKind::Text,
            GateFieldKind::Checkbox => FieldKind::Checkbox,
            GateFieldKind::Date => FieldKind::Date,
            GateFieldKind::Country => FieldKind::Country,
            GateFieldKind::Select(options) => FieldKind::Select(options),
            GateFieldKind::IpLocation => return None,
        };
        Some((field.label, kind))
    });
    asked.collect()
}

#[cfg(test)]
mod tests {
    use super::Card;
    use hub::RepoKind::{Dataset, Model};

    fn facts(kind: hub::RepoKind, text: &str) -> (hub::CardFacts, Vec<hub::Edge>) {
        Card::of(kind, text).facts.expect("can be read")
    }

    #[test]
    fn a_card_becomes_facts_and_edges() {
        let text = "---\nlicense: mit\nbase_model: a/b\ndatasets: [c/d]\ntags: [x]\n---\nHello.\n";
        let (facts, edges) = facts(Model, text);
        assert_eq!((facts.license.as_str(), facts.summary.as_str()), ("mit", "Hello."));
        assert!(facts.tags.contains(&"license:mit".to_owned()), "{:?}", facts.tags);
        let shown: Vec<_> =
            edges.iter().map(|e| (e.relation.as_str(), e.target.as_str())).collect();
        assert_eq!(shown, [("finetune", "a/b"), ("trained-on", "c/d")]);
    }

    #[test]
    fn a_text_without_metadata_says_nothing_but_its_words() {
        let (facts, edges) = facts(Dataset, "Only words.");
        assert_eq!((facts.card.as_str(), facts.summary.as_str()), ("", "Only words."));
        assert!(edges.is_empty());
        assert_eq!(Card::of(Model, "---\nlicense: [mit\n---\n").facts, None);
    }
}
