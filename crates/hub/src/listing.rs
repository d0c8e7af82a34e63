//! Finding repositories by what their cards say: only those that the visitor may see.

use crate::cursor::Cursor;
use crate::{Error, PART_ROWS_MAX, Part, Refused, Repo, RepoId, RepoKind, Visitor, store};
use base::FieldProblem;
use db::{Read, Tx};
use std::collections::{BTreeMap, BTreeSet};

/// Most tags that one query may ask for: each is a look-up of its own.
pub const FILTERS_MAX: usize = 20;
/// Most tags of a repository.
pub const TAGS_MAX: usize = 500;
/// Longest text that is searched for, in characters.
const SEARCH_CHARS_MAX: usize = 100;
/// Longest tag, licence, task and library, in characters: longer ones name nothing.
const TAG_CHARS_MAX: usize = 200;
/// Longest summary, in characters: two lines of a list.
const SUMMARY_CHARS_MAX: usize = 500;
/// Largest card, in bytes of JSON: lists read many of them.
const CARD_BYTES_MAX: usize = 512 * 1024;

impl Visitor {
    /// Tests that the visitor may see a repository; to others a private one does not exist.
    pub fn sees(&self, repo: &Repo) -> Result<(), Refused> {
        let is_member = self.role_in(repo.namespace).is_some();
        if repo.is_private && !is_member { Err(Refused::RepoUnknown) } else { Ok(()) }
    }

    /// The ids of the visitor's namespaces as one text, so that one statement serves any number of
    /// them: an id has a fixed length and no wildcard, and `LIKE` finds it.
    pub(crate) fn namespaces_text(&self) -> String {
        self.roles.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// What a list of repositories is sorted by. Equal ones are in the order in which they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// When they were made.
    Created,
    /// When they last changed.
    #[default]
    Changed,
    /// How often their files were asked for.
    Downloads,
    /// How many people like them.
    Likes,
}

impl Sort {
    /// Finds the order of a word as clients send it. What trends is what is liked.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "createdAt" | "created_at" => Some(Self::Created),
            "lastModified" | "last_modified" => Some(Self::Changed),
            "downloads" => Some(Self::Downloads),
            "likes" | "trending" | "trendingScore" | "trending_score" => Some(Self::Likes),
            _ => None,
        }
    }

    fn value(self, repo: &Repo) -> i64 {
        match self {
            Self::Created => repo.created_at.millis(),
            Self::Changed => repo.changed_at.millis(),
            Self::Downloads => repo.downloads,
            Self::Likes => repo.likes,
        }
    }
}

/// Which repositories to list; what is `None` is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What they hold.
    pub kind: RepoKind,
    /// Name of the namespace.
    pub author: Option<String>,
    /// Part of path, summary or a tag, whatever its case; the first 100 characters count.
    pub search: Option<String>,
    /// Tags that all must be there, at most 20.
    pub filters: Vec<String>,
    /// Task of the card.
    pub pipeline_tag: Option<String>,
    /// Library of the card.
    pub library: Option<String>,
    /// Licence of the card.
    pub license: Option<String>,
    /// Whether their files are behind a gate.
    pub gated: Option<bool>,
    /// What they are sorted by.
    pub sort: Sort,
    /// Whether the largest comes first.
    pub is_descending: bool,
    /// Place to go on from; of a list with the same sort.
    pub after: Option<String>,
    /// Most rows, 1 to [`PART_ROWS_MAX`].
    pub limit: u32,
}

impl Query {
    /// Asks for the newest changed of a kind.
    #[must_use]
    pub fn of(kind: RepoKind, limit: u32) -> Self {
        Self {
            kind,
            author: None,
            search: None,
            filters: Vec::new(),
            pipeline_tag: None,
            library: None,
            license: None,
            gated: None,
            sort: Sort::Changed,
            is_descending: true,
            after: None,
            limit,
        }
    }
}

/// Lists the repositories that the visitor may see and the query asks for.
///
/// Places are stable: what is added or removed meanwhile neither repeats nor hides another row; a
/// row whose sorted value changes may.
pub fn repos_list(read: &Read<'_>, visitor: &Visitor, query: &Query) -> Result<Part<Repo>, Error> {
    if query.filters.len() > FILTERS_MAX {
        let message = format!("has {} tags; at most {FILTERS_MAX} fit", query.filters.len());
        return Err(Refused::Invalid(vec![FieldProblem::new("filter", message)]).into());
    }
    let after = match (&query.after, query.is_descending) {
        (Some(after), _) => Cursor::of(after)?,
        (None, true) => Cursor::top(),
        (None, false) => Cursor::bottom(),
    };
    let limit = query.limit.clamp(1, PART_ROWS_MAX);
    let pattern = query.search.as_deref().map(pattern);
    let namespaces = visitor.namespaces_text();
    let asked = (query, pattern.as_deref(), namespaces.as_str());
    let rows = store::listing::list(read, asked, (&after, limit + 1))?;
    let place = |repo: &Repo| Cursor { value: query.sort.value(repo), id: repo.id.0 };
    Ok(Part::cut(rows, limit, place))
}

/// Counts the repositories of a kind that the visitor may see.
pub fn repos_count(read: &Read<'_>, visitor: &Visitor, kind: RepoKind) -> Result<i64, Error> {
    Ok(store::listing::count(read, kind, &visitor.namespaces_text())?)
}

/// Makes a pattern for `LIKE ... ESCAPE '\'` that finds a text anywhere in lower case.
pub(crate) fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.trim().to_lowercase().chars().take(SEARCH_CHARS_MAX) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// What the card of a main branch says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CardFacts {
    /// Its metadata as JSON; empty where there is none.
    pub card: String,
    /// First lines of its text.
    pub summary: String,
    /// Licence.
    pub license: String,
    /// Task.
    pub pipeline_tag: String,
    /// Library.
    pub library: String,
    /// Tags, those made from other fields included, as in `license:mit`.
    pub tags: Vec<String>,
}

/// Keeps what the card of the main branch says, in place of what it said; called when that branch
/// moves, by whoever tested that it may.
///
/// A card is what somebody wrote, and a push is not refused for it: texts are cut at their limits,
/// tags that are empty or too long and those beyond the first 500 are left out, and metadata
/// above 512 KiB is not kept.
pub fn card_set(tx: &mut Tx<'_>, repo: &Repo, facts: &CardFacts) -> Result<Repo, Error> {
    let cut = |text: &str, most: usize| text.trim().chars().take(most).collect::<String>();
    let fits = facts.card.len() <= CARD_BYTES_MAX;
    let changed = Repo {
        card: if fits { facts.card.clone() } else { String::new() },
        summary: cut(&facts.summary, SUMMARY_CHARS_MAX),
        license: cut(&facts.license, TAG_CHARS_MAX),
        pipeline_tag: cut(&facts.pipeline_tag, TAG_CHARS_MAX),
        library: cut(&facts.library, TAG_CHARS_MAX),
        changed_at: tx.now(),
        ..repo.clone()
    };
    let tags: BTreeSet<&str> = facts
        .tags
        .iter()
        .map(|tag| tag.trim())
        .filter(|tag| (1..=TAG_CHARS_MAX).contains(&tag.chars().count()))
        .take(TAGS_MAX)
        .collect();
    store::repo::card_update(tx, &changed)?;
    store::listing::tags_delete(tx, repo.id)?;
    for tag in tags {
        store::listing::tag_insert(tx, repo.id, tag)?;
    }
    Ok(changed)
}

/// Reads the tags of repositories, by name; the caller has tested that they may be seen.
pub fn tags_of(read: &Read<'_>, repos: &[RepoId]) -> Result<BTreeMap<RepoId, Vec<String>>, Error> {
    Ok(store::listing::tags(read, repos)?)
}
