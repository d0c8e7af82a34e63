//! The repositories of the demonstration, as pure data: what is in them, who does what with them.
//!
//! All of it is made up and says so in its card, and none belongs to a real organisation. Models
//! rest on each other so that dependence can be seen: on the university's group through others, on
//! something outside, on personal data; one does not say.

use base::Random;
use std::fmt::Write as _;

/// What a repository holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShelfKind {
    /// A model.
    Model,
    /// A dataset.
    Dataset,
}

/// Who gets the files of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShelfGate {
    /// Everybody.
    Open,
    /// Whoever the owner accepts.
    Approval,
    /// Whoever has an approved purpose, for it holds personal data.
    Purpose,
}

/// A file of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelfFile {
    /// Its path.
    pub path: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Whether it goes to large-file storage.
    pub is_large: bool,
}

/// A commit of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelfCommit {
    /// First line of its message.
    pub summary: &'static str,
    /// Files it puts.
    pub files: Vec<ShelfFile>,
}

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelfRepo {
    /// What it holds.
    pub kind: ShelfKind,
    /// Key of the organisation, and the short name it stands under.
    pub owner: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Who gets its files.
    pub gate: ShelfGate,
    /// Its commits, first to last.
    pub commits: Vec<ShelfCommit>,
    /// Keys of the organisations whose representatives like it.
    pub likes: &'static [&'static str],
}

impl ShelfRepo {
    /// Returns owner and name, as in `guyu/night-noise`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

/// The model that the console proposes to download: open, with a small and a large file.
pub const SHELF_MODEL: &str = "feishi/street-noise";
/// The dataset whose rows the console proposes to look at.
pub const SHELF_DATASET: &str = "torreya-university/street-sensors";

/// Makes every repository, those first on which others rest. Equal seeds give equal bytes.
#[must_use]
pub fn shelf(seed: u64) -> Vec<ShelfRepo> {
    let random = Random::seeded(seed);
    let mut all = datasets(&random);
    all.extend(models(&random));
    all
}

macro_rules! card {
    ($name:literal) => {
        file("README.md", include_str!(concat!("../data/hub/", $name, ".md")))
    };
}

fn datasets(random: &Random) -> Vec<ShelfRepo> {
    let table = |path, text: String| file(path, &text);
    vec![
        ShelfRepo {
            kind: ShelfKind::Dataset,
            owner: "torreya-university",
            name: "street-sensors",
            gate: ShelfGate::Open,
            commits: vec![
                commit("Add the readings", vec![table("data/train.csv", sensors(random, 0..16))]),
                commit(
                    "Keep four sensors for tests and describe the columns",
                    vec![table("data/test.csv", sensors(random, 16..20)), card!("street-sensors")],
                ),
            ],
            likes: &["guyu", "taixiang", "shaxi", "feishi"],
        },
        ShelfRepo {
            kind: ShelfKind::Dataset,
            owner: "taixiang",
            name: "route-requests",
            gate: ShelfGate::Approval,
            commits: vec![commit(
                "Add the requests",
                vec![table("requests.csv", requests(random)), card!("route-requests")],
            )],
            likes: &["jixiang"],
        },
        ShelfRepo {
            kind: ShelfKind::Dataset,
            owner: "feixiang",
            name: "clinic-visits",
            gate: ShelfGate::Purpose,
            commits: vec![commit(
                "Add the visits",
                vec![table("visits.csv", visits(random)), card!("clinic-visits")],
            )],
            likes: &[],
        },
    ]
}

fn models(random: &Random) -> Vec<ShelfRepo> {
    let model = |owner, name, card, likes| ShelfRepo {
        kind: ShelfKind::Model,
        owner,
        name,
        gate: ShelfGate::Open,
        commits: vec![commit("Add weights and card", vec![card, config(), weights(random)])],
        likes,
    };
    let mut noise = model(
        "feishi",
        "street-noise",
        card!("street-noise"),
        &["guyu", "taixiang", "torreya-university"],
    );
    noise.commits.push(commit("Train for longer", vec![weights(random)]));
    vec![
        noise,
        model("guyu", "night-noise", card!("night-noise"), &["feishi"]),
        model("taixiang", "quiet-routes", card!("quiet-routes"), &["jixiang", "guyu"]),
        model("jixiang", "quiet-routes-int8", card!("quiet-routes-int8"), &["taixiang"]),
        model("shaxi", "visit-forecast", card!("visit-forecast"), &[]),
        model("chuyun", "reading-level", card!("reading-level"), &[]),
    ]
}

fn commit(summary: &'static str, files: Vec<ShelfFile>) -> ShelfCommit {
    ShelfCommit { summary, files }
}

fn file(path: &'static str, text: &str) -> ShelfFile {
    ShelfFile { path, bytes: text.as_bytes().to_vec(), is_large: false }
}

fn config() -> ShelfFile {
    file("config.json", "{\n  \"synthetic\": true,\n  \"rows\": 32,\n  \"columns\": 32\n}\n")
}

/// A table of 32 by 32 random bytes in the format safetensors: the length of the head in eight
/// bytes, the head as JSON filled up with spaces, the numbers.
fn weights(random: &Random) -> ShelfFile {
    const COUNT: usize = 32 * 32;
    let mut head = String::from(
        r#"{"__metadata__":{"synthetic":"true"},"weight":{"dtype":"U8","shape":[32,32],"data_offsets":[0,1024]}}"#,
    );
    while !head.len().is_multiple_of(8) {
        head.push(' ');
    }
    let length = u64::try_from(head.len()).unwrap_or_default();
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend(head.as_bytes());
    let numbers = std::iter::repeat_with(|| random.bits().to_le_bytes()).flatten();
    bytes.extend(numbers.take(COUNT));
    ShelfFile { path: "model.safetensors", bytes, is_large: true }
}

const STREETS: [&str; 3] = ["lane", "street", "avenue"];

fn sensors(random: &Random, which: std::ops::Range<u64>) -> String {
    let mut text = String::from("sensor,hour,vehicles,noise_db,street\n");
    for sensor in which {
        let street = STREETS[usize::try_from(sensor % 3).unwrap_or(0)];
        for hour in 0..24_u64 {
            // Busiest at 8 and 18, on wide streets more so.
            let rush = 12 - hour.abs_diff(8).min(hour.abs_diff(18)).min(12);
            let vehicles = (sensor % 3 + 1) * rush * 9 + random.below(20);
            let noise = 38 + rush * 2 + sensor % 3 * 3 + random.below(4);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "S{:02},{hour},{vehicles},{noise},{street}", sensor + 1);
        }
    }
    text
}

fn requests(random: &Random) -> String {
    let places = ["Well Square", "North Gate", "Library", "Canal Bridge", "Market", "School"];
    let place = |number: u64| places[usize::try_from(number % 6).unwrap_or(0)];
    let mut text = String::from("request,from,to,hour\n");
    for request in 1..=60_u64 {
        let from = random.below(6);
        let to = from + 1 + random.below(5);
        let (from, to, hour) = (place(from), place(to), random.below(24));
        let _ = writeln!(text, "R{request:03},{from},{to},{hour}");
    }
    text
}

fn visits(random: &Random) -> String {
    let reasons = ["check-up", "cough", "vaccination", "sprain"];
    let mut text = String::from("visit,age,reason,minutes\n");
    for visit in 1..=80_u64 {
        let reason = reasons[usize::try_from(random.below(4)).unwrap_or(0)];
        let (age, minutes) = (random.below(90), 5 + random.below(40));
        let _ = writeln!(text, "V{visit:03},{age},{reason},{minutes}");
    }
    text
}
