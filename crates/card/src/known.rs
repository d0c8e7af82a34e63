//! The words that cards are written in: licences, tasks, sizes.

/// Identifiers of licences that a card may name.
///
/// Source: "Licenses", documentation of the Hugging Face Hub
/// (`huggingface/hub-docs: docs/hub/repositories-licenses.md`), with the identifiers of model
/// families that the hub has added since. A licence outside the list is `other`, with its name in
/// `license_name`; so cards stay valid on both hubs.
pub const LICENSES: &[&str] = &[
    "apache-2.0",
    "mit",
    "openrail",
    "bigscience-openrail-m",
    "creativeml-openrail-m",
    "bigscience-bloom-rail-1.0",
    "bigcode-openrail-m",
    "afl-3.0",
    "artistic-2.0",
    "bsl-1.0",
    "bsd",
    "bsd-2-clause",
    "bsd-3-clause",
    "bsd-3-clause-clear",
    "c-uda",
    "cc",
    "cc0-1.0",
    "cc-by-2.0",
    "cc-by-2.5",
    "cc-by-3.0",
    "cc-by-4.0",
    "cc-by-sa-3.0",
    "cc-by-sa-4.0",
    "cc-by-nc-2.0",
    "cc-by-nc-3.0",
    "cc-by-nc-4.0",
    "cc-by-nd-4.0",
    "cc-by-nc-nd-3.0",
    "cc-by-nc-nd-4.0",
    "cc-by-nc-sa-2.0",
    "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0",
    "cdla-sharing-1.0",
    "cdla-permissive-1.0",
    "cdla-permissive-2.0",
    "wtfpl",
    "ecl-2.0",
    "epl-1.0",
    "epl-2.0",
    "etalab-2.0",
    "eupl-1.1",
    "eupl-1.2",
    "agpl-3.0",
    "gfdl",
    "gpl",
    "gpl-2.0",
    "gpl-3.0",
    "lgpl",
    "lgpl-2.1",
    "lgpl-3.0",
    "isc",
    "h-research",
    "intel-research",
    "lppl-1.3c",
    "ms-pl",
    "apple-ascl",
    "apple-amlr",
    "mpl-2.0",
    "odc-by",
    "odbl",
    "openmdw-1.0",
    "openrail++",
    "osl-3.0",
    "postgresql",
    "ofl-1.1",
    "ncsa",
    "unlicense",
    "zlib",
    "pddl",
    "lgpl-lr",
    "deepfloyd-if-license",
    "fair-noncommercial-research-license",
    "llama2",
    "llama3",
    "llama3.1",
    "llama3.2",
    "llama3.3",
    "llama4",
    "grok2-community",
    "gemma",
    "unknown",
    "other",
];

/// Tasks of models and datasets.
///
/// Source: the keys of `PIPELINE_DATA` in `huggingface/huggingface.js:
/// packages/tasks/src/pipelines.ts`. The list grows, so a task outside it is a warning.
pub const PIPELINE_TAGS: &[&str] = &[
    "any-to-any",
    "audio-classification",
    "audio-text-to-text",
    "audio-to-audio",
    "automatic-speech-recognition",
    "biology",
    "depth-estimation",
    "document-question-answering",
    "feature-extraction",
    "fill-mask",
    "graph-ml",
    "image-classification",
    "image-feature-extraction",
    "image-segmentation",
    "image-text-to-image",
    "image-text-to-text",
    "image-text-to-video",
    "image-to-3d",
    "image-to-image",
    "image-to-text",
    "image-to-video",
    "keypoint-detection",
    "mask-generation",
    "multiple-choice",
    "object-detection",
    "other",
    "question-answering",
    "reinforcement-learning",
    "robotics",
    "sentence-similarity",
    "summarization",
    "table-question-answering",
    "table-to-text",
    "tabular-classification",
    "tabular-regression",
    "tabular-to-text",
    "text-classification",
    "text-generation",
    "text-ranking",
    "text-retrieval",
    "text-to-3d",
    "text-to-audio",
    "text-to-image",
    "text-to-speech",
    "text-to-video",
    "text2text-generation",
    "time-series-forecasting",
    "token-classification",
    "translation",
    "unconditional-image-generation",
    "video-classification",
    "video-text-to-text",
    "video-to-video",
    "visual-document-retrieval",
    "visual-question-answering",
    "voice-activity-detection",
    "zero-shot-classification",
    "zero-shot-image-classification",
    "zero-shot-object-detection",
];

/// Sizes of datasets by number of rows, smallest first.
///
/// Source: "Dataset card" specification (`huggingface/hub-docs: datasetcard.md`) and the size
/// filter of the hub's dataset list.
pub const SIZE_CATEGORIES: &[&str] = &[
    "n<1K",
    "1K<n<10K",
    "10K<n<100K",
    "100K<n<1M",
    "1M<n<10M",
    "10M<n<100M",
    "100M<n<1B",
    "1B<n<10B",
    "10B<n<100B",
    "100B<n<1T",
    "n>1T",
];

/// Software development kits of a space. Source: "Spaces configuration reference" of the hub.
pub(crate) const SPACE_SDKS: &[&str] = &["gradio", "streamlit", "docker", "static"];

/// Kinds of fields in the form of a gate. Source: "Gated models", section on customising the form.
pub(crate) const GATE_FIELD_TYPES: &[&str] =
    &["text", "checkbox", "date_picker", "country", "ip_location", "select"];

/// Languages that are no ISO 639 code. Source: the hub's message on unknown languages.
pub(crate) const LANGUAGE_WORDS: &[&str] = &["code", "multilingual"];

/// Says whether a text has the shape of a language tag: two or three letters in lower case (ISO
/// 639-1 or 639-3), then subtags of BCP 47 (RFC 5646, section 2.1), or one of the special words.
pub(crate) fn is_language(text: &str) -> bool {
    if LANGUAGE_WORDS.contains(&text) {
        return true;
    }
    let mut parts = text.split(['-', '_']);
    let first = parts.next().unwrap_or_default();
    matches!(first.len(), 2 | 3)
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| {
            matches!(part.len(), 1..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// Says whether a text has the shape of a repository's id, `name` or `owner/name`.
///
/// Source: `validate_repo_id` of `huggingface_hub` 2.4.0: at most 96 characters, letters, digits,
/// `-`, `_` and `.`, neither `-` nor `.` at the ends of the name, no `--` and no `..`.
pub(crate) fn is_repository_id(text: &str) -> bool {
    let (owner, name) = match text.split_once('/') {
        Some((owner, name)) => (Some(owner), name),
        None => (None, text),
    };
    let is_word = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            && !part.starts_with(['-', '.'])
            && !part.ends_with(['-', '.'])
    };
    text.len() <= 96
        && !text.contains("--")
        && !text.contains("..")
        && is_word(name)
        && owner.is_none_or(is_word)
}
